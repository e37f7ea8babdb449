#!/bin/sh
# Installs Chromium from the system's packages for the browser tests, where this account may.
# Where it may not, those tests skip and say so.
set -u
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests"
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-liberation >/dev/null 2>&1 && exit 0
fi
echo "Chromium is not installed and could not be: browser tests will skip (apt-get install chromium)"
