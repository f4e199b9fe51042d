@echo off
rem The command line on Windows, from any folder. Reads .env beside package.json where it is there.
node "%~dp0cmp.mjs" %*
