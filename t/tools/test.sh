#!/bin/sh

# Runs every test, also after one has failed; "make test" sets the environment.
#
# Root runs the suites three times: as root, as nobody, and without namespaces;
# any other user as themselves and without namespaces.  In each of these the
# sandbox is set up in another way.

set -eu

# Runs a step.  The names of those that failed, and their failed tests, are
# printed once more at the end, where a log that is cut shows them.

step() {
    echo "== $1"
    name=$1
    shift
    { "$@" || echo "$name" >> "$failed"; } 2>&1 | tee "$copy/output"

    if [ "$(tail -n 1 "$failed")" = "$name" ]; then
        sed -n '/^# *Failed test/,/^# *Looks/p; /^Test Summary/,$p' \
            "$copy/output" >> "$failed"
    fi
}

# Runs the suites in a directory $1 of their own, on ports from $2 on, and sums
# up what they report: attacks tried, those that had an effect, and those that
# only namespaces stop.  What a shell starts in the background ignores signals.

suites() {
    cd "$copy/$1"
    export PYEXEC_ATTACKS="$PWD/attacks" TEST_NGINX_PORT="$2"
    shift 2

    rc=0
    env --default-signal=INT,QUIT "$@" $SUITES || rc=1

    awk '{ n += $1; e += $2; a += $3 } END { printf "%d attacks tried, " \
        "%d had an effect; %d more that only namespaces stop\n", n, e, a }' \
        "$PYEXEC_ATTACKS"
    return $rc
}

# what suites in the background have printed, and how they ended

ended() {
    cat "$copy/$1.log"
    return "$2"
}

# Runs the attacks on pools that lack the wall which stops them.  Each must have
# an effect there, and every wall must be one that stops some attack.

without() {
    : > "$through"

    for walls in "$BUILD"/without/*; do
        those=$(grep -lFx -e "--- through: ${walls##*/}" t/sandbox/*.t) \
            || continue
        PYEXEC_THROUGH=$through PYEXEC_WITHOUT=${walls##*/} \
            prove -q $those || return 1
    done

    sort "$through" | awk -F '\t' '
        $1 != walls { walls = $1; print "without " walls }
        { print "    " $2 }'

    if [ "$(wc -l < "$through")" != \
         "$(cat t/sandbox/*.t | grep -c '^--- through')" ]
    then
        echo "an attack names walls that no pool was built without"
        return 1
    fi

    for walls in "$BUILD"/without/*; do
        for wall in $(echo "${walls##*/}" | tr + ' '); do
            if ! cut -f 1 "$through" | tr + '\n' | grep -qx "$wall"; then
                echo "no attack gets through without $wall"
                return 1
            fi
        done
    done
}

# the genuine Test::Nginx::Socket where it is, else the runner in t/lib

perl -MTest::Nginx::Socket -e 1 2>/dev/null || export PERL5LIB=t/lib

BUILD=$(realpath "$BUILD")
export BUILD
export TEST_NGINX_BINARY="$SERVER"
export TEST_NGINX_PYTHON="$PYTHON"
copy=$(mktemp -d "${TMPDIR:-/var/tmp}/pyexec-test.XXXXXX")
trap 'rm -rf "$copy"' EXIT
failed=$copy/failed
through=$copy/through
touch "$failed"
export CMOCKA_MESSAGE_OUTPUT=TAP
export PYTHONDONTWRITEBYTECODE=1

step "style" prove t/style.t

step "fuzzers" env SECONDS=20 sh t/tools/fuzz.sh

step "units in Python" env PYEXEC_TEST_PYTHON="$PYTHON/bin/python3" \
    /usr/bin/python3 -m unittest discover -s t/python -p '*_test.py'

step "openapi.json and examples" sh t/tools/api.sh

# The rest is run in a copy: prove and Test::Nginx need paths without spaces,
# and nobody must be able to read what its nginx uses, or what a pool of root's
# uses without namespaces.

cp -r t conf.example "$BUILD"/*pyexec* "$BUILD/unit" "$BUILD/without" "$copy"

if [ "$PYTHON" != /usr ]; then
    cp -al "$PYTHON/." "$copy/python" 2>/dev/null \
        || cp -a "$PYTHON/." "$copy/python"
    TEST_NGINX_PYTHON=$copy/python
fi

export TEST_NGINX_LOAD_MODULES="$copy/ngx_http_pyexec_module.so"
BUILD=$copy
cd "$copy"
chmod 755 .

step "units in C" prove unit/*_test

for way in plain bare nobody; do
    mkdir "$copy/$way"
    cp -r t conf.example "$copy/$way"
    touch "$copy/$way/attacks"
done

step "suites" suites plain 1984 prove

step "attacks, each without the wall that stops it" without

step "scripts, here and by python3" prove t/compat/compat.t

step "hostile clients" env REQUESTS=5000 prove t/tools/hostile.pl

step "chaos" env SECONDS=30 prove t/tools/chaos.pl

# these two at a time: they wait most of it

if [ "$(id -u)" = 0 ]; then
    chown -R nobody:nogroup nobody

    suites nobody 2084 setpriv --reuid=nobody --regid=nogroup \
        --clear-groups env HOME="$copy/nobody" \
        prove "$BUILD/unit/sandbox_test" "$BUILD/unit/probe_test" \
        > "$copy/nobody.log" 2>&1 &
    background=$!
fi

step "suites, without namespaces" suites bare 1984 \
    "$BUILD/unit/no-namespaces" \
    prove "$BUILD/unit/sandbox_test" "$BUILD/unit/probe_test"

if [ "$(id -u)" = 0 ]; then
    rc=0
    wait "$background" || rc=1
    step "suites, as nobody" ended nobody $rc
fi

if [ -s "$failed" ]; then
    echo "== some tests failed"
    cat "$failed"
    exit 1
fi

echo "== all tests passed"
