# Not run: there was no Windows where this was written.
# How the steps speak: the same words as scripts/linux/say.sh.

function Write-Changed([string] $Text) { Write-Information "  + $Text" -InformationAction Continue }

function Write-Kept([string] $Text) { Write-Information "  = $Text" -InformationAction Continue }

# Ends the installation with one sentence, which says what to do.
function Stop-Here([string] $Sentence) { throw [InvalidOperationException]::new($Sentence) }

# Runs a program; what it says is shown, and a failure is one sentence.
function Invoke-Program([string] $File, [string[]] $Words, [string] $Failure) {
    # Under 5.1 a word on standard error would end the script before its exit code is known.
    $ErrorActionPreference = 'Continue'
    & $File @Words | ForEach-Object { Write-Information "    $_" -InformationAction Continue }
    if ($LASTEXITCODE -ne 0) { Stop-Here "$Failure ($(Split-Path -Leaf $File) ended with $LASTEXITCODE)." }
}
