#!/bin/sh

# Installs the Debian packages that its arguments name and that are missing.

set -eu

missing=

for package; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null \
        | grep -qx installed || missing="$missing $package"
done

if [ -z "$missing" ]; then
    exit 0
fi

sudo=

if [ "$(id -u)" != 0 ]; then
    sudo=sudo
fi

apt() {
    $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

echo "installing$missing"

# one source that fails may not be the one that has the packages

apt update || true
apt install -y --no-install-recommends $missing > /dev/null
