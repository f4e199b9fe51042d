-- The roles and the database of an installed portal on Windows; run by psql as PostgreSQL's superuser, as often as you like.
-- cmp_owner owns and migrates. cmp_app serves and owns nothing: who serves is it, or a member of it.
\set ON_ERROR_STOP on

select 'create role cmp_owner' where not exists (select from pg_roles where rolname = 'cmp_owner')
\gexec
select 'create role cmp_app' where not exists (select from pg_roles where rolname = 'cmp_app')
\gexec
select format('create role %I', :'server')
where not exists (select from pg_roles where rolname = :'server')
\gexec

alter role cmp_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'owner_password';
alter role :"server" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'server_password';
select format('grant cmp_app to %I', :'server') where :'server' <> 'cmp_app'
\gexec

select format('create database %I owner cmp_owner encoding ''UTF8'' template template0', :'database')
where not exists (select from pg_database where datname = :'database')
\gexec
revoke connect, temporary on database :"database" from public;
grant connect, temporary on database :"database" to cmp_app;
