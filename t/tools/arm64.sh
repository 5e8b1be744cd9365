#!/bin/sh

# Cross builds the module, the pool's program and the unit tests for arm64, and
# runs under qemu-user those unit tests that can be run there.  Needs root on an
# x86-64 Debian, and Linux 6.7.

set -eu

packages=

for package in libc6-dev libcmocka-dev libmd-dev libpcre2-dev libpython3-dev \
    libseccomp-dev libssl-dev libyajl-dev zlib1g-dev
do
    packages="$packages $package:arm64"
done

dpkg --add-architecture arm64
apt-get -qq update
sh t/tools/packages.sh crossbuild-essential-arm64 qemu-user-static \
    file $packages

# nginx's configure runs what it compiles: the kernel is told how, for the
# processes of a user namespace of their own.  The unit tests are linked for a
# fixed address, as qemu-user gives no other program a heap that can grow.

exec unshare --user --map-root-user --mount sh -euc '
    mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
    cat /usr/lib/binfmt.d/qemu-aarch64.conf \
        > /proc/sys/fs/binfmt_misc/register
    export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig
    export CMOCKA_MESSAGE_OUTPUT=TAP
    make BUILD=build/arm64 CC=aarch64-linux-gnu-gcc modules
    make BUILD=build/arm64 CC=aarch64-linux-gnu-gcc LD_OPT=-no-pie units
    cd build/arm64
    file -b pyexec-pool ngx_http_pyexec_module.so
    prove $(ls unit/*_test | grep -v -e probe -e sandbox)
    echo "not tried: probe_test, sandbox_test and the suites, as qemu-user" \
         "has no namespaces, no Landlock and no seccomp"'
