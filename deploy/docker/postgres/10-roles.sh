#!/usr/bin/env bash
# Run once by PostgreSQL's image, on an empty volume: the role that owns and migrates, the one that serves.
set -euo pipefail

# By the environment: the host's other accounts can read the arguments of a container's programs.
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner CMP_OWNER_PASSWORD
\getenv app CMP_APP_PASSWORD
create role cmp_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'owner';
create role cmp_app login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'app';
create database cmp owner cmp_owner encoding 'UTF8' template template0;
revoke connect, temporary on database cmp from public;
grant connect, temporary on database cmp to cmp_app;
SQL
