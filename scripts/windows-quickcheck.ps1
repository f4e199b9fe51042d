#Requires -Version 5.1
<#
.SYNOPSIS
Looks at an installed portal on Windows and alters nothing: one line each, and how to mend it. Exit code 1 where one is bad.

.DESCRIPTION
Not run: there was no Windows where this was written. scripts\cmp.cmd doctor looks deeper, from inside.
#>
[CmdletBinding()]
param([string] $InstallDir = 'C:\cmp')

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Continue'
. (Join-Path $PSScriptRoot 'windows\say.ps1')
. (Join-Path $PSScriptRoot 'windows\postgres.ps1')
$script:Bad = 0

function Test-Thing([string] $Name, [bool] $IsGood, [string] $Mend) {
    if ($IsGood) { Write-Output ('{0,-10} ok' -f $Name); return }
    $script:Bad += 1
    Write-Output ('{0,-10} BAD  {1}' -f $Name, $Mend)
}

function Get-Setting([string] $Name, [string] $Otherwise) {
    $line = Get-Content (Join-Path $InstallDir '.env') -ErrorAction SilentlyContinue |
        Where-Object { $_ -like "$Name=*" } | Select-Object -Last 1
    if (-not $line) { return $Otherwise }
    return $line.Substring($Name.Length + 1).Trim('"', "'")
}

function Test-IsAnswered([string] $Address) {
    try { return (Invoke-WebRequest -UseBasicParsing -TimeoutSec 5 $Address).StatusCode -eq 200 } catch { return $false }
}

# Whether accounts that are neither administrators nor the service's may read it.
function Test-IsClosed([string] $File) {
    if (-not (Test-Path $File)) { return $false }
    $everybody = 'S-1-1-0', 'S-1-5-11', 'S-1-5-32-545'
    $rules = (Get-Acl $File).GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier])
    return -not ($rules | Where-Object { $_.AccessControlType -eq 'Allow' -and $everybody -contains $_.IdentityReference.Value })
}

$node = Get-Command node.exe -ErrorAction SilentlyContinue
$major = if ($node) { [int] ((& node.exe --version) -replace '^v(\d+).*$', '$1') } else { 0 }
$bin = Find-PostgresBin
$port = Get-Setting 'PORT' '3001'
$data = Get-Setting 'DATA_DIR' (Join-Path $InstallDir 'data')
$service = Get-Service cmp -ErrorAction SilentlyContinue
$task = Get-ScheduledTask cmp -ErrorAction SilentlyContinue
$runs = ($service -and $service.Status -eq 'Running') -or ($task -and $task.State -eq 'Running')
$drive = (Get-Item $InstallDir -ErrorAction SilentlyContinue).PSDrive

Test-Thing 'node' ($major -ge 24) 'Node 24 or newer is missing: run install-windows.ps1.'
Test-Thing 'git' ([bool] (Get-Command git.exe -ErrorAction SilentlyContinue)) 'git is missing: run install-windows.ps1.'
Test-Thing 'psql' ([bool] $bin) "No PostgreSQL $LeastPostgres or newer is on this machine. If yours is elsewhere, all is well."
Test-Thing 'path' ([bool] (Get-Command pg_dump.exe -ErrorAction SilentlyContinue)) 'pg_dump is not on the path: run windows-fix-pg-path.ps1.'
Test-Thing 'files' (Test-Path (Join-Path $InstallDir 'apps\web\dist\index.html')) 'The panel is not built: run install-windows.ps1.'
Test-Thing '.env' (Test-IsClosed (Join-Path $InstallDir '.env')) '.env is missing, or open to all: run install-windows.ps1.'
Test-Thing 'keys' (Test-IsClosed (Join-Path $data 'keys')) 'The keys are missing, or open to all: run install-windows.ps1.'
Test-Thing 'disk' ($drive -and $drive.Free -gt 2147483648) 'Less than 2 GB are free.'
Test-Thing 'service' ([bool] $runs) 'It does not run: Start-Service cmp, or Start-ScheduledTask cmp.'
Test-Thing 'live' (Test-IsAnswered "http://127.0.0.1:$port/internal/live") "Nothing answers on port ${port}: read data\logs\cmp.log."
Test-Thing 'ready' (Test-IsAnswered "http://127.0.0.1:$port/internal/ready") 'It is not ready: the database is away, or waits for scripts\cmp.cmd migrate.'

& (Join-Path $InstallDir 'scripts\cmp.cmd') doctor
if ($LASTEXITCODE -ne 0) { $script:Bad += 1 }
exit [int] ($script:Bad -gt 0)
