# Not run: there was no Windows where this was written.
# The portal as a service of Windows, by NSSM, or as a task that runs PM2. Wants say.ps1.
# Both run the supervisor as NT AUTHORITY\LocalService, which is no administrator and has no password.

$ServiceName = 'cmp'
$ServiceAccount = '*S-1-5-19'
$Pm2 = 'pm2@7.0.4'

# Hands the folders to the service's account: the program to read, the data to write.
function Grant-Service([string] $InstallDir, [string] $DataDir) {
    & icacls.exe $InstallDir /grant "${ServiceAccount}:(OI)(CI)RX" /q | Out-Null
    & icacls.exe (Join-Path $InstallDir '.env') /inheritance:r /grant:r '*S-1-5-18:F' '*S-1-5-32-544:F' "${ServiceAccount}:R" /q | Out-Null
    & icacls.exe $DataDir /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' "${ServiceAccount}:(OI)(CI)M" /q | Out-Null
    $keys = Join-Path $DataDir 'keys'
    if (Test-Path $keys) { & icacls.exe $keys /grant "${ServiceAccount}:(OI)(CI)M" /q | Out-Null }
}

function Install-NssmService([string] $InstallDir, [string] $Node) {
    $nssm = Find-Nssm
    $isNew = -not (Get-Service $ServiceName -ErrorAction SilentlyContinue)
    if ($isNew) { Invoke-Program $nssm @('install', $ServiceName, $Node) 'The service could not be made' }
    $logs = Join-Path $InstallDir 'data\logs'
    New-Item -ItemType Directory -Force $logs | Out-Null
    & icacls.exe $logs /grant "${ServiceAccount}:(OI)(CI)M" /q | Out-Null
    $settings = [ordered]@{
        Application           = $Node
        # Whole words without quotes: where it runs says where they lie.
        AppParameters         = '--env-file=.env apps\api\src\supervise.ts'
        AppDirectory          = $InstallDir
        DisplayName           = 'Customer Management Portal'
        Start                 = 'SERVICE_DELAYED_AUTO_START'
        ObjectName            = 'NT AUTHORITY\LocalService'
        # It hears a Ctrl-C, and answers what it has accepted first; then comes the end of the process.
        AppStopMethodSkip     = '6'
        AppStopMethodConsole  = '45000'
        AppKillProcessTree    = '0'
        AppExit               = @('Default', 'Restart')
        AppRestartDelay       = '5000'
        AppStdout             = (Join-Path $logs 'cmp.log')
        AppStderr             = (Join-Path $logs 'cmp.log')
        AppRotateFiles        = '1'
        AppRotateOnline       = '1'
        AppRotateBytes        = '20971520'
    }
    foreach ($name in $settings.Keys) {
        Invoke-Program $nssm (@('set', $ServiceName, $name) + @($settings[$name])) "The service's $name could not be set"
    }
    if ($isNew) { Write-Changed "the service $ServiceName" } else { Write-Kept "the service $ServiceName" }
    Restart-Service $ServiceName
}

function Find-Nssm {
    $found = Get-Command nssm.exe -ErrorAction SilentlyContinue
    if ($found) { return $found.Source }
    if (Get-Command winget.exe -ErrorAction SilentlyContinue) {
        & winget.exe install --exact --id NSSM.NSSM --silent --accept-package-agreements --accept-source-agreements | Out-Null
    } elseif (Get-Command choco.exe -ErrorAction SilentlyContinue) {
        & choco.exe install nssm --yes --no-progress | Out-Null
    }
    Update-Path
    $found = Get-Command nssm.exe -ErrorAction SilentlyContinue
    if (-not $found) { Stop-Here 'NSSM could not be installed: install it by hand, or say -ServiceManager pm2.' }
    Write-Changed 'NSSM'
    return $found.Source
}

# PM2 in the foreground, as a task from the start of the machine: it restarts what ends, and says `shutdown` to stop it.
function Install-Pm2Task([string] $InstallDir, [string] $Node) {
    $folder = Join-Path $InstallDir 'data\pm2'
    New-Item -ItemType Directory -Force $folder | Out-Null
    & icacls.exe $folder /grant "${ServiceAccount}:(OI)(CI)M" /q | Out-Null
    Invoke-Program 'npm.cmd' @('install', '--prefix', $folder, '--no-save', '--no-audit', '--no-fund', $Pm2) 'PM2 could not be installed'
    Copy-Item -Force (Join-Path $PSScriptRoot 'pm2.config.cjs') $folder

    $runtime = Join-Path $folder 'node_modules\pm2\bin\pm2-runtime'
    $action = New-ScheduledTaskAction -Execute $Node -WorkingDirectory $InstallDir `
        -Argument "`"$runtime`" start `"$(Join-Path $folder 'pm2.config.cjs')`""
    $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 `
        -RestartInterval (New-TimeSpan -Minutes 1) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
    $principal = New-ScheduledTaskPrincipal -UserId 'NT AUTHORITY\LOCAL SERVICE' -LogonType ServiceAccount
    Stop-ScheduledTask $ServiceName -ErrorAction SilentlyContinue
    Register-ScheduledTask -Force -TaskName $ServiceName -Action $action -Settings $settings -Principal $principal `
        -Trigger (New-ScheduledTaskTrigger -AtStartup) | Out-Null
    Start-ScheduledTask $ServiceName
    Write-Changed "the task $ServiceName, which runs PM2"
}

# What an installer has added to the path since this prompt was opened.
function Update-Path {
    $env:Path = @('Machine', 'User' | ForEach-Object { [Environment]::GetEnvironmentVariable('Path', $_) }) -join ';'
}
