#!/bin/sh
# Makes .venv from requirements.lock (hashes checked), installs this package into it and byte-compiles
# everything, because an uncompiled start costs seconds each time. Does nothing when all is in place.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/.ready
wanted=$(cat requirements.lock pyproject.toml | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

python=$(sh scripts/find_python.sh)
echo "Setting up .venv with $("$python" --version) (about a minute, once)"
rm -rf .venv
"$python" -m venv .venv
uv_lock=$(mktemp)
trap 'rm -f "$uv_lock"' EXIT
sed -n '/^uv==/,/[^\\]$/p' requirements.lock > "$uv_lock"
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r "$uv_lock"
.venv/bin/uv pip install -q --system-certs --python .venv/bin/python --require-hashes -r requirements.lock
.venv/bin/uv pip install -q --system-certs --python .venv/bin/python --no-deps --no-build-isolation -e .
.venv/bin/python -W ignore -m compileall -q -j 0 .venv/lib src || true
echo "$wanted" > "$stamp"
