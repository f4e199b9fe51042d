#Requires -Version 5.1
<#
.SYNOPSIS
Installs the portal on Windows as a service, or brings it to another release. Run it again as often as you like.

.DESCRIPTION
Not run: there was no Windows where this was written. docs/operations/windows.md says what was checked instead, and
the same by hand. Wants an administrator's prompt. Each failure is one sentence, and ends with exit code 1.

.PARAMETER InstallDir
Where the checkout lies. Its data lie in DataDir beside it, unless that is said.
.PARAMETER InstallPostgres
Installs PostgreSQL where there is none; PG_VERSION says which (18).
.PARAMETER DBUser
The role that serves. The one that owns the tables is always cmp_owner.
.PARAMETER PostgresSuperPassword
Of the role postgres, for the roles and the database; it is kept nowhere.
.PARAMETER CheckoutRef
A tag, a branch or a commit. Without it: the latest release, never a prerelease.
.PARAMETER Repository
Where the portal is fetched from. Without it: CMP_REPOSITORY, or the origin of the checkout that this script lies in.

.EXAMPLE
.\install-windows.ps1 -InstallPostgres -PostgresSuperPassword (Read-Host 'Password for postgres')
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingPlainTextForPassword', '',
    Justification = 'They come from a command line, and go into an address in .env.')]
[CmdletBinding()]
param(
    [string] $InstallDir = 'C:\cmp',
    [string] $DataDir,
    [switch] $InstallPostgres,
    [string] $DBName = 'cmp',
    [string] $DBUser = 'cmp_app',
    [string] $DBPassword,
    [string] $PostgresSuperPassword,
    [string] $CheckoutRef = $env:CMP_CHECKOUT_REF,
    [string] $Repository = $env:CMP_REPOSITORY,
    [int] $Port = 3001,
    [ValidateSet('nssm', 'pm2')] [string] $ServiceManager = 'nssm'
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$LeastNode = 24

function Install-Portal {
    Assert-Administrator
    $script:DataDir = if ($DataDir) { $DataDir } else { Join-Path $InstallDir 'data' }
    $source = Find-Repository
    Install-Tool 'git' 'Git.Git' 'git'
    if ((Get-NodeMajor) -ge $LeastNode) { Write-Output "  = Node $(& node.exe --version)" }
    else { Install-Node }

    $before = Get-Commit
    Get-Source $source
    foreach ($part in 'say', 'postgres', 'service') { . (Join-Path $InstallDir "scripts\windows\$part.ps1") }
    Install-Database
    New-Item -ItemType Directory -Force $DataDir | Out-Null
    if ((Get-Commit) -ne $before) { Stop-Portal }
    Build-Portal
    Grant-Service $InstallDir $DataDir
    Invoke-Program (Join-Path $InstallDir 'scripts\cmp.cmd') @('migrate') 'The database could not be brought up to date'
    # What the migration kept is for the service as well.
    Grant-Service $InstallDir $DataDir
    $node = (Get-Command node.exe).Source
    if ($ServiceManager -eq 'nssm') { Install-NssmService $InstallDir $node }
    else { Install-Pm2Task $InstallDir $node }
    Wait-Portal
}

function Assert-Administrator {
    $me = [Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'This needs an administrator: open PowerShell with "Run as administrator".'
    }
}

function Find-Repository {
    if ($Repository) { return $Repository }
    foreach ($folder in $InstallDir, $PSScriptRoot) {
        if (-not $folder -or -not (Test-Path $folder) -or -not (Get-Command git.exe -ErrorAction SilentlyContinue)) { continue }
        $origin = & git.exe -C $folder config --get remote.origin.url
        if ($origin) { return $origin }
    }
    throw 'Say where the portal is to be fetched from: -Repository, or CMP_REPOSITORY.'
}

function Install-Tool([string] $Program, [string] $WingetId, [string] $ChocoName) {
    if (Get-Command "$Program.exe" -ErrorAction SilentlyContinue) { Write-Output "  = $Program"; return }
    if (Get-Command winget.exe -ErrorAction SilentlyContinue) {
        & winget.exe install --exact --id $WingetId --silent --accept-package-agreements --accept-source-agreements
    } elseif (Get-Command choco.exe -ErrorAction SilentlyContinue) {
        & choco.exe install $ChocoName --yes --no-progress
    } else {
        throw "There is neither winget nor Chocolatey: install $Program by hand, and run this again."
    }
    $env:Path = @('Machine', 'User' | ForEach-Object { [Environment]::GetEnvironmentVariable('Path', $_) }) -join ';'
    if (-not (Get-Command "$Program.exe" -ErrorAction SilentlyContinue)) {
        throw "$Program was not installed: install it by hand, and run this again."
    }
    Write-Output "  + $Program"
}

function Install-Node {
    if ($env:CMP_SKIP_NODE_AUTO_INSTALL -eq '1') {
        throw "Node $LeastNode or newer is missing, and CMP_SKIP_NODE_AUTO_INSTALL forbids to install it."
    }
    if (Get-Command node.exe -ErrorAction SilentlyContinue) {
        throw "This machine's Node is older than ${LeastNode}: bring it up to date, and run this again."
    }
    Install-Tool 'node' 'OpenJS.NodeJS.LTS' 'nodejs-lts'
    if ((Get-NodeMajor) -lt $LeastNode) { throw "The Node that was installed is older than ${LeastNode}." }
}

function Get-NodeMajor {
    if (-not (Get-Command node.exe -ErrorAction SilentlyContinue)) { return 0 }
    return [int] ((& node.exe --version) -replace '^v(\d+).*$', '$1')
}

function Get-Commit {
    if (-not (Test-Path (Join-Path $InstallDir '.git'))) { return $null }
    return & git.exe -C $InstallDir rev-parse HEAD
}

# The checkout at the release that was asked for; what was changed by hand is not overwritten.
function Get-Source([string] $Source) {
    $ErrorActionPreference = 'Continue'
    if (-not (Test-Path (Join-Path $InstallDir '.git'))) {
        if ((Test-Path $InstallDir) -and (Get-ChildItem -Force $InstallDir)) {
            throw "$InstallDir is neither empty nor a checkout: choose another -InstallDir."
        }
        Protect-Folder
        & git.exe clone --quiet --no-checkout $Source $InstallDir
        if ($LASTEXITCODE -ne 0) { throw "The portal could not be fetched from $Source." }
    } elseif (& git.exe -C $InstallDir status --porcelain '--untracked-files=no') {
        throw "Files in $InstallDir were changed by hand: take that back (git stash), and run this again."
    }
    $ref = if ($CheckoutRef) { $CheckoutRef } else { Get-LatestTag $Source }
    & git.exe -C $InstallDir fetch --quiet --tags origin
    if ($LASTEXITCODE -ne 0) { throw "The portal could not be fetched from $Source." }
    # A branch is taken as it is there, not as it was fetched once.
    & git.exe -C $InstallDir rev-parse --quiet --verify "refs/remotes/origin/$ref" | Out-Null
    $commit = if ($LASTEXITCODE -eq 0) { "origin/$ref" } else { $ref }
    & git.exe -C $InstallDir checkout --quiet --detach $commit
    if ($LASTEXITCODE -ne 0) { throw "$Source has no $ref." }
    Write-Output "  = the portal at $ref in $InstallDir"
}

# What lies in C:\ is for every account to alter, and an administrator and the service run what lies here.
function Protect-Folder {
    New-Item -ItemType Directory -Force $InstallDir | Out-Null
    foreach ($words in @('/setowner', '*S-1-5-32-544'), @('/reset'),
        @('/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-32-545:(OI)(CI)RX')) {
        & icacls.exe $InstallDir @words /q | Out-Null
        if ($LASTEXITCODE -ne 0) { throw "$InstallDir cannot be closed to other accounts: choose a folder on NTFS by -InstallDir." }
    }
}

function Get-LatestTag([string] $Source) {
    $tags = & git.exe ls-remote --tags --refs $Source | ForEach-Object { ($_ -split 'refs/tags/')[1] }
    $latest = $tags | Where-Object { $_ -match '^v\d+\.\d+\.\d+$' } |
        Sort-Object { [version] $_.Substring(1) } | Select-Object -Last 1
    if (-not $latest) { throw "$Source has no release yet: say -CheckoutRef." }
    return $latest
}

# PostgreSQL, its roles, and .env, which remembers them: a second run alters no password that was not said.
function Install-Database {
    $file = Join-Path $InstallDir '.env'
    $isKnown = (Test-Path $file) -and (Select-String -Quiet -Path $file -Pattern '^DATABASE_URL=')
    if ($isKnown -and -not $DBPassword) { Write-Kept '.env, with its database'; return }
    $bin = Find-PostgresBin
    if (-not $bin) {
        if (-not $InstallPostgres) {
            Stop-Here "There is no PostgreSQL $LeastPostgres or newer: say -InstallPostgres, or install it by hand."
        }
        Install-Postgres $PostgresSuperPassword
        $bin = Find-PostgresBin
        Write-Changed "PostgreSQL in $bin"
    }
    if (-not $PostgresSuperPassword) { Stop-Here 'Say the password of PostgreSQL''s role postgres: -PostgresSuperPassword.' }
    $ownerPassword = New-Password
    $serverPassword = if ($DBPassword) { $DBPassword } else { New-Password }
    if ($serverPassword -match '["\\]') { Stop-Here 'The password of the database may hold neither a quote nor a backslash.' }
    Set-Database $bin $PostgresSuperPassword @{
        database = $DBName; server = $DBUser; owner_password = $ownerPassword; server_password = $serverPassword
    }
    $address = { param($role, $password)
        "postgres://$([uri]::EscapeDataString($role)):$([uri]::EscapeDataString($password))@127.0.0.1:5432/$([uri]::EscapeDataString($DBName))" }
    $kept = @()
    if (Test-Path $file) { $kept = @(Get-Content $file | Where-Object { $_ -notmatch '^DATABASE_(OWNER_)?URL=' }) }
    else { $kept = "PORT=$Port", 'HOST=127.0.0.1', "DATA_DIR='$DataDir'" }
    $lines = @($kept) + "DATABASE_URL='$(& $address $DBUser $serverPassword)'" +
    "DATABASE_OWNER_URL='$(& $address 'cmp_owner' $ownerPassword)'"
    # Closed before there is a secret in it.
    New-Item -ItemType File -Force $file | Out-Null
    & icacls.exe $file /inheritance:r /grant:r '*S-1-5-18:F' '*S-1-5-32-544:F' /q | Out-Null
    [IO.File]::WriteAllLines($file, $lines)
    Write-Changed "the database $DBName, its roles, and .env"
}

function New-Password {
    $bytes = [byte[]]::new(32)
    $generator = [Security.Cryptography.RandomNumberGenerator]::Create()
    $generator.GetBytes($bytes)
    return -join ($bytes | ForEach-Object { $_.ToString('x2') })
}

function Build-Portal {
    Push-Location $InstallDir
    try {
        $pnpm = ((Get-Content -Raw package.json | ConvertFrom-Json).packageManager -split '\+')[0]
        $env:CI = '1'
        Invoke-Program 'npx.cmd' @('--yes', $pnpm, 'install', '--frozen-lockfile') 'The dependencies could not be installed'
        Invoke-Program 'npx.cmd' @('--yes', $pnpm, 'exec', 'turbo', 'run', 'build') 'The panel could not be built'
    } finally {
        Pop-Location
    }
}

# Before its files are replaced. Whoever asks meanwhile is refused the connection.
function Stop-Portal {
    Stop-Service $ServiceName -ErrorAction SilentlyContinue
    Stop-ScheduledTask $ServiceName -ErrorAction SilentlyContinue
}

function Wait-Portal {
    $portLine = Get-Content (Join-Path $InstallDir '.env') | Where-Object { $_ -match '^PORT=\d+$' } | Select-Object -First 1
    $served = if ($portLine) { $portLine.Substring(5) } else { '3001' }
    foreach ($attempt in 1..60) {
        try {
            Invoke-WebRequest -UseBasicParsing -TimeoutSec 5 "http://127.0.0.1:$served/internal/ready" | Out-Null
            Write-Changed "the portal answers at http://127.0.0.1:$served (after $attempt tries)"
            return
        } catch {
            Start-Sleep -Seconds 2
        }
    }
    Stop-Here "The portal does not answer on port ${served}: read $InstallDir\data\logs\cmp.log, and run scripts\cmp.cmd doctor."
}

try {
    Install-Portal
} catch {
    [Console]::Error.WriteLine("cmp: $($_.Exception.Message)")
    exit 1
}
