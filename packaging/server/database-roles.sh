#!/usr/bin/env bash
# Makes the users of the database in a new PostgreSQL, with passwords from files. The image of PostgreSQL
# runs it once. By hand, as a superuser: PGDATABASE=aitr SECRETS=/some/folder ./database-roles.sh
#
#   aitr_owner    owns the tables; only "db migrate" and "db restore" are run as it
#   aitr_server   what servers are; "db migrate --grant aitr_server" gives it its rights
#   aitr_backup   may only read
set -euo pipefail

secrets=${SECRETS:-/run/secrets}

# Prints a password out of a file; a short one would let everybody be that user.
password() {
  local found
  found=$(cat "$secrets/$1_password")
  if ! [[ $found =~ ^[A-Za-z0-9._~-]{16,}$ ]]; then
    echo "database-roles: $secrets/$1_password needs 16 or more letters, digits and ._~-" >&2
    exit 2
  fi
  printf '%s' "$found"
}

owner=$(password owner)
server=$(password server)
backup=$(password backup)

# The passwords go in by standard input: arguments can be seen by other processes.
{
  printf "\\\\set %s '%s'\n" owner "$owner" server "$server" backup "$backup"
  cat <<'SQL'
BEGIN;
SET LOCAL password_encryption = 'scram-sha-256';
-- Statements with passwords in them are not for the log.
SET LOCAL log_statement = 'none';
SET LOCAL log_min_duration_statement = -1;
SET LOCAL log_min_error_statement = 'panic';

CREATE ROLE aitr_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner';
CREATE ROLE aitr_server LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'server';
CREATE ROLE aitr_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'backup';

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO aitr_owner, aitr_server, aitr_backup;
CREATE SCHEMA aitr AUTHORIZATION aitr_owner;
GRANT USAGE ON SCHEMA aitr TO aitr_backup;
ALTER DATABASE :"DBNAME" SET search_path = aitr;

ALTER DEFAULT PRIVILEGES FOR ROLE aitr_owner IN SCHEMA aitr
  GRANT SELECT ON TABLES TO aitr_backup;
COMMIT;
SQL
} | psql --no-psqlrc --quiet --username="${PGUSER:-${POSTGRES_USER:-postgres}}" \
  --dbname="${PGDATABASE:-${POSTGRES_DB:-aitr}}" --set=ON_ERROR_STOP=1 --file=-
