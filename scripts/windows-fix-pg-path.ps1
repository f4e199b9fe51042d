#Requires -Version 5.1
<#
.SYNOPSIS
Puts the programs of PostgreSQL (psql, pg_dump) on the path, and takes away entries of PostgreSQL's that lead nowhere.

.DESCRIPTION
Not run: there was no Windows where this was written. Run again, it changes nothing.

.PARAMETER ForMe
Alters the path of this account alone, which needs no administrator.
#>
[CmdletBinding()]
param([switch] $ForMe)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'windows\say.ps1')
. (Join-Path $PSScriptRoot 'windows\postgres.ps1')

function Repair-Path {
    $bin = Find-PostgresBin
    if (-not $bin) { Stop-Here "There is no PostgreSQL $LeastPostgres or newer on this machine: install-windows.ps1 -InstallPostgres installs it." }
    $hive = if ($ForMe) { [Microsoft.Win32.Registry]::CurrentUser } else { [Microsoft.Win32.Registry]::LocalMachine }
    $name = if ($ForMe) { 'Environment' } else { 'SYSTEM\CurrentControlSet\Control\Session Manager\Environment' }
    $key = $hive.OpenSubKey($name, $true)
    if (-not $key) { Stop-Here 'The path cannot be altered: open PowerShell with "Run as administrator", or say -ForMe.' }

    # As it is written: what stands in percent signs must stay so.
    $before = [string] $key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
    $entries = @($before -split ';' | Where-Object { $_ -and -not (Test-IsLost $_) })
    if ($entries -notcontains $bin) { $entries += $bin }
    $after = $entries -join ';'
    if ($after -eq ($before.Trim(';'))) {
        Write-Kept "the path, which has $bin"
        return
    }
    $key.SetValue('Path', $after, 'ExpandString')
    # Whichever variable is set, this tells the desktop to read them all again.
    [Environment]::SetEnvironmentVariable('CMP_PATH_CHANGED', $null, 'User')
    Write-Changed "the path: open a new prompt for $bin"
}

function Test-IsLost([string] $Entry) {
    return $Entry -match '\\PostgreSQL\\' -and -not (Test-Path ([Environment]::ExpandEnvironmentVariables($Entry)))
}

try {
    Repair-Path
} catch [System.Security.SecurityException] {
    [Console]::Error.WriteLine('cmp: The path cannot be altered: open PowerShell with "Run as administrator", or say -ForMe.')
    exit 1
} catch {
    [Console]::Error.WriteLine("cmp: $($_.Exception.Message)")
    exit 1
}
