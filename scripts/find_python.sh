#!/bin/sh
# Prints the path of a Python 3.12 to 3.14 that can make a virtual environment, or says what to do.
# Looks on PATH, then in pyenv's versions (PYENV_ROOT, the root of shims on PATH, the account's
# real home), and last asks uv to install one.
set -u

suits() {
    [ -x "$1" ] && "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 14))' \
        >/dev/null 2>&1
}

try() {
    for candidate in "$@"; do
        if suits "$candidate"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            exit 0
        fi
    done
}

[ -n "${PYTHON:-}" ] && try "$(command -v "$PYTHON" 2>/dev/null)"
for version in 3.12 3.13 3.14; do
    try "$(command -v python$version 2>/dev/null)"
done
try "$(command -v python3 2>/dev/null)" "$(command -v python 2>/dev/null)"

account_home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)
shims_root=$(printf '%s' "$PATH" | tr ':' '\n' | sed -n 's|/shims/*$||p' | head -n 1)
for root in "${PYENV_ROOT:-}" "$shims_root" "${HOME:-}/.pyenv" "$account_home/.pyenv"; do
    [ -n "$root" ] && [ -d "$root/versions" ] || continue
    for version in 3.12 3.13 3.14; do
        for folder in "$root"/versions/$version*; do
            try "$folder/bin/python"
        done
    done
done

any=$(command -v python3 2>/dev/null || command -v python 2>/dev/null)
if [ -n "$any" ]; then
    maker=$(mktemp -d)
    if "$any" -m venv "$maker" >/dev/null 2>&1 && "$maker/bin/python" -m pip install -q uv >/dev/null 2>&1 \
        && "$maker/bin/uv" python install -q --system-certs 3.12 >/dev/null 2>&1; then
        found=$("$maker/bin/uv" python find 3.12 2>/dev/null)
        rm -rf "$maker"
        try "$found"
    fi
    rm -rf "$maker"
fi

cat >&2 <<'END'
No Python 3.12 to 3.14 with its venv module was found on PATH or under pyenv, and uv could not install one.
Install one of them (on Debian 13: apt-get install python3 python3-venv; with pyenv: pyenv install 3.12),
or name one: make demo PYTHON=/path/to/python3.12
END
exit 2
