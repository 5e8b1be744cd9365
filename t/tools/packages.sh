#!/bin/sh

# Installs those of the Debian packages named that are not there.

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

# a list that can't be had need not be one that is needed

apt update || true
apt install -y --no-install-recommends $missing > /dev/null
