# Not run: there was no Windows where this was written.
# Where PostgreSQL lies, how it gets there, and the roles and the database in it. Wants say.ps1.

$LeastPostgres = 15

# The programs of the newest PostgreSQL that is new enough; nothing where there is none.
function Find-PostgresBin {
    $installations = 'HKLM:\SOFTWARE\PostgreSQL\Installations'
    $registered = @()
    if (Test-Path $installations) {
        $registered = @(Get-ChildItem $installations | ForEach-Object { $_.GetValue('Base Directory') })
    }
    $folders = @(Get-ChildItem "$env:ProgramFiles\PostgreSQL" -Directory -ErrorAction SilentlyContinue |
            ForEach-Object { $_.FullName })
    $found = @($registered) + $folders | Where-Object { $_ } | ForEach-Object { Join-Path $_ 'bin' }
    $onPath = Get-Command psql.exe -ErrorAction SilentlyContinue
    if ($onPath) { $found = @($found) + (Split-Path -Parent $onPath.Source) }

    $found | Sort-Object -Unique |
        Where-Object { Test-Path (Join-Path $_ 'psql.exe') } |
        ForEach-Object { [pscustomobject]@{ Bin = $_; Major = Get-PostgresMajor $_ } } |
        Where-Object { $_.Major -ge $LeastPostgres } |
        Sort-Object Major -Descending |
        Select-Object -First 1 -ExpandProperty Bin
}

function Get-PostgresMajor([string] $Bin) {
    $said = & (Join-Path $Bin 'psql.exe') --version
    if ("$said" -match '\) (\d+)') { return [int] $Matches[1] }
    return 0
}

# By winget, by Chocolatey, or by the vendor's installer of the release that PG_VERSION names.
function Install-Postgres([string] $SuperPassword) {
    if (-not $SuperPassword) {
        Stop-Here 'Say the password that PostgreSQL''s superuser is to have: -PostgresSuperPassword.'
    }
    $version = if ($env:PG_VERSION) { $env:PG_VERSION } else { '18' }
    $major = ($version -split '[.-]')[0]
    $options = New-OptionFile $SuperPassword
    try {
        if (Get-Command winget.exe -ErrorAction SilentlyContinue) {
            & winget.exe install --exact --id "PostgreSQL.PostgreSQL.$major" --silent `
                --accept-package-agreements --accept-source-agreements --override "--optionfile $options"
            if (Find-PostgresBin) { return }
        }
        if (Get-Command choco.exe -ErrorAction SilentlyContinue) {
            & choco.exe install "postgresql$major" --yes --no-progress "--install-arguments='--optionfile $options'"
            if (Find-PostgresBin) { return }
        }
        Install-PostgresFromVendor $version $options
    } finally {
        Remove-Item -Force $options
    }
    if (-not (Find-PostgresBin)) {
        Stop-Here "PostgreSQL $version was not installed: install PostgreSQL $LeastPostgres or newer by hand, and run this again."
    }
}

function Install-PostgresFromVendor([string] $Version, [string] $Options) {
    if ($Version -notmatch '^\d+\.\d+-\d+$') {
        Stop-Here 'Neither winget nor Chocolatey installed PostgreSQL: set PG_VERSION to a release of the vendor''s installer, for example 18.1-1.'
    }
    $file = Join-Path $env:TEMP "postgresql-$Version-windows-x64.exe"
    try {
        Invoke-WebRequest -UseBasicParsing -OutFile $file `
            -Uri "https://get.enterprisedb.com/postgresql/postgresql-$Version-windows-x64.exe"
        if ((Get-AuthenticodeSignature $file).Status -ne 'Valid') {
            Stop-Here "The installer of PostgreSQL $Version is not signed as it should be: nothing was run."
        }
        Invoke-Program $file @('--optionfile', $Options) 'The vendor''s installer failed'
    } finally {
        Remove-Item -Force $file -ErrorAction SilentlyContinue
    }
}

# The installer's answers, in a file that is for administrators alone: arguments are for everybody to see.
function New-OptionFile([string] $SuperPassword) {
    $file = New-TemporaryFile
    & icacls.exe $file.FullName /inheritance:r /grant:r '*S-1-5-18:F' '*S-1-5-32-544:F' | Out-Null
    $lines = 'mode=unattended', 'unattendedmodeui=none', "superpassword=$SuperPassword", 'serverport=5432',
    'disable-components=pgAdmin,stackbuilder'
    [IO.File]::WriteAllLines($file.FullName, $lines)
    return $file.FullName
}

# The two roles and the database, by roles.sql.
function Set-Database([string] $Bin, [string] $SuperPassword, [hashtable] $Names) {
    $env:PGPASSWORD = $SuperPassword
    try {
        $given = foreach ($name in $Names.Keys) { '-v'; "$name=$($Names[$name])" }
        $words = @('-X', '-q', '--no-password', '--host=127.0.0.1', '--username=postgres', '--dbname=postgres') +
        $given + @('--file', (Join-Path $PSScriptRoot 'roles.sql'))
        Invoke-Program (Join-Path $Bin 'psql.exe') $words `
            'PostgreSQL refused to make the roles: is -PostgresSuperPassword right, and the service running?'
    } finally {
        Remove-Item Env:PGPASSWORD
    }
}
