#!/bin/sh

# Runs every test, whatever fails; "make test" gives the environment.
#
# The suites are run thrice by root, and twice by others: as they are, by
# nobody, and where there are no namespaces.  Each has its own way to the
# sandbox.

set -eu

failed=

step() {
    echo "== $1"
    shift
    "$@" || failed=yes
}

# the genuine Test::Nginx::Socket where it is, else the runner in t/lib

perl -MTest::Nginx::Socket -e 1 2>/dev/null || export PERL5LIB=t/lib

export TEST_NGINX_BINARY="$SERVER"
export TEST_NGINX_LOAD_MODULES="$BUILD/ngx_http_pyexec_module.so"
export TEST_NGINX_PYTHON="$PYTHON"
export CMOCKA_MESSAGE_OUTPUT=TAP
export PYTHONDONTWRITEBYTECODE=1

step "units in C" prove "$BUILD"/unit/*_test

step "units in Python" env PYEXEC_TEST_PYTHON="$PYTHON/bin/python3" \
    /usr/bin/python3 -m unittest discover -s t/python -p '*_test.py'

step "suites" prove $SUITES

if [ "$(id -u)" = 0 ]; then

    # what nobody needs may be where it can't go

    copy=$(mktemp -d "${TMPDIR:-/tmp}/pyexec-test.XXXXXX")
    trap 'rm -rf "$copy"' EXIT

    cp -r t src ./*.c "$BUILD"/*pyexec* "$copy"
    rm -f "$copy/t/style.t"

    if [ "$PYTHON" != /usr ]; then
        cp -al "$PYTHON" "$copy/python" 2>/dev/null \
            || cp -a "$PYTHON" "$copy/python"
        TEST_NGINX_PYTHON=$copy/python
    fi

    cp "$BUILD/unit/no-namespaces" "$BUILD/unit/sandbox_test" "$copy"
    TEST_NGINX_LOAD_MODULES=$copy/ngx_http_pyexec_module.so
    BUILD=$copy

    chown nobody:nogroup "$copy" "$copy/t"
    chmod 755 "$copy"
    cd "$copy"

    step "suites, as nobody" setpriv --reuid=nobody --regid=nogroup \
        --clear-groups env HOME="$copy" prove "$BUILD/sandbox_test" $SUITES

    rm -rf t/servroot

else
    cp "$BUILD/unit/no-namespaces" "$BUILD/unit/sandbox_test" "$BUILD"
fi

# only namespaces make that of use which only root can reach: in the copy

step "suites, without namespaces" "$BUILD/no-namespaces" \
    prove "$BUILD/sandbox_test" $SUITES

if [ -n "$failed" ]; then
    echo "== some tests failed"
    exit 1
fi

echo "== all tests passed"
