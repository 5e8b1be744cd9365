#!/bin/sh

# Runs every test; "make test" gives the environment.  Goes on after a
# failure, and ends with 1 if there was one.

set -u

failed=0

step() {
    echo "== $1"
    shift
    "$@" || failed=1
}

if [ -n "${SANITIZE-}" ]; then
    CFLAGS="$SANITIZE"
    export CFLAGS
fi

compile_with_clang() {
    for file in src/*/*.c; do
        case $file in
        src/nginx/ngx_*) continue ;;
        esac

        clang -fsyntax-only -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
            -Isrc/wire -Isrc/nginx -Isrc/pool \
            $(pkg-config --cflags python3-embed) "$file" || return 1
    done

    for file in ngx_http_pyexec_module.c src/nginx/ngx_*.c; do
        (cd "$BUILD/nginx" && clang -fsyntax-only -Wall -Wextra -Werror \
            -Wno-unused-parameter -Wno-sign-compare \
            -Wno-missing-field-initializers -Wno-cast-function-type \
            -I src/core -I src/event -I src/event/modules -I src/os/unix \
            -I objs -I src/http -I src/http/modules -I src/http/v2 \
            -I "$TOP/src/nginx" -I "$TOP/src/wire" "$TOP/$file") || return 1
    done
}

# the genuine Test::Nginx::Socket where it is, else the runner in t/lib

if ! perl -MTest::Nginx::Socket -e 1 2>/dev/null; then
    PERL5LIB=t/lib
    export PERL5LIB
fi

TOP=$(pwd)
export TEST_NGINX_PYTHON="$PREFIX"
export PYEXEC_TEST_PYTHON="$PREFIX/bin/python3"

step "clang" compile_with_clang
step "units in C" sh t/unit/build.sh "$BUILD/unit"
step "units in Python" /usr/bin/python3 -m unittest discover -s t/python \
    -p '*_test.py'
step "suites" prove t/*.t

# once more as an ordinary user: what a root of nginx's can do is not there

if [ "$(id -u)" = 0 ]; then
    step "suites, as an ordinary user" sh t/tools/as-nobody.sh
fi

# and without namespaces, as in an ordinary container

cc -o "$BUILD/no-namespaces" t/tools/no-namespaces.c -lseccomp
step "suites, without namespaces" "$BUILD/no-namespaces" prove t/*.t

[ $failed = 0 ] && echo "all tests passed" || echo "some tests failed"
exit $failed
