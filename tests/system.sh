#!/bin/sh
# Makes sure of what the tests need beyond Python: PostgreSQL's server and Chromium.
# As root, or with a sudo that asks nothing, it installs them; otherwise it says what to run.
set -eu

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
