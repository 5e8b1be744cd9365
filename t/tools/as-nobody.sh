#!/bin/sh

# Runs the suites as the user nobody, with copies of what may be out of its
# reach: the tests and the two programs.

set -eu

copy=$(mktemp -d "${TMPDIR:-/tmp}/pyexec-test.XXXXXX")
trap 'rm -rf "$copy"' EXIT

mkdir "$copy/build"
cp -r t src "$copy"
cp "$BUILD/ngx_http_pyexec_module.so" "$BUILD/pyexec-pool" "$copy/build"

# an environment can be used where it can be read: else Debian's Python

if ! setpriv --reuid 65534 --regid 65534 --clear-groups \
    test -r "$PREFIX/bin/python3"
then
    echo "$PREFIX is out of reach: its packages are copied"
    cp -r "$PREFIX" "$copy/venv"
    PREFIX="$copy/venv"
fi

chmod 755 "$copy"
chown -R 65534:65534 "$copy"
cd "$copy"

suites=$(ls t/*.t | grep -v -e t/style.t)

exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$copy" \
    TMPDIR=/tmp TEST_NGINX_LOAD_MODULES="$copy/build/ngx_http_pyexec_module.so" \
    TEST_NGINX_PYTHON="$PREFIX" prove $suites
