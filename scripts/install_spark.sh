#!/bin/sh
# pyspark in .venv and a Java to run it, for the tests that need a local Spark; said, not failed, where they cannot be had.
# Neither is a dependency: pyspark is half a gigabyte, and only who keeps data in Spark needs it.
set -eu
cd "$(dirname "$0")/.."
if ! command -v java >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null || true
fi
command -v java >/dev/null 2>&1 ||
    echo "Java is not installed: the tests of Spark cannot run (install the package default-jre-headless)" >&2
.venv/bin/python -c "import pyspark" 2>/dev/null ||
    .venv/bin/uv pip install -q --system-certs --python .venv/bin/python "pyspark>=4,<5" ||
    echo "pyspark could not be installed: its tests will be skipped" >&2
