#!/bin/sh
# PostgreSQL's server programs for the tests that need a real server; said, not failed, where they cannot be had.
set -eu
for place in /usr/lib/postgresql/*/bin /usr/local/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
    [ -x "$place/initdb" ] && exit 0
done
command -v initdb >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    if $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends postgresql >/dev/null; then
        exit 0
    fi
fi
echo "PostgreSQL is not installed: its tests will be skipped (install the package postgresql)" >&2
