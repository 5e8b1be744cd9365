#!/bin/sh

# Serves conf.example, with the paths, the port and the user of this machine,
# until it is interrupted.  "make run" sets the environment.

set -eu

absolute() {
    case $1 in
        /*)
            printf '%s' "$1"
        ;;

        *)
            printf '%s' "$PWD/$1"
        ;;
    esac
}

# quotes text for nginx.conf, and that for the right side of sed's "s|..|..|"

quoted() {
    printf '%s' "$1" | sed -e 's/[\\"]/\\&/g; s/[\\&|]/\\&/g; $!s/$/\\/'
}

# POSTs a run, and writes its answer to a file

ask() {
    curl -s -o "$prefix/part" "$api/execute-code" -d "{\"code\": \"$code\"}" \
        || echo "no answer" > "$prefix/part"
    mv "$prefix/part" "$prefix/answer"
}

# ends with the first error that nginx or the pool has logged, or else with $1

fail() {
    kill "$nginx" 2>/dev/null || true
    wait "$nginx" 2>/dev/null || true
    why=$(sed -n '1s/^[^#]*#[0-9]*: //p' "$prefix/error.log")
    echo "${why:-$1}" >&2
    exit 1
}

WORKSPACE=$(absolute "${WORKSPACE:?names no directory}")
mkdir -p "$WORKSPACE"

prefix=$(mktemp -d "${TMPDIR:-/tmp}/pyexec-run.XXXXXX")
trap 'rm -rf "$prefix"' EXIT

# nginx of root runs as root, and its pool becomes nobody: so the workspace may
# be in a directory that only root can enter, and have sessions of root's

user=

if [ "$(id -u)" = 0 ]; then
    user='user root;'

    # without namespaces nobody must be able to read the Python environment

    if ! setpriv --reuid=nobody --regid=nogroup --clear-groups \
        test -x "$PYTHON/bin/python3"
    then
        cp -al "$PYTHON/." "$prefix/python" 2>/dev/null \
            || cp -a "$PYTHON/." "$prefix/python"
        PYTHON=$prefix/python
        chmod 711 "$prefix"
    fi
fi

temp=

for name in client_body proxy fastcgi uwsgi scgi; do
    temp="$temp ${name}_temp_path $name;"
done

module=$(absolute "$BUILD")/ngx_http_pyexec_module.so
logs='error_log stderr notice; error_log error.log error;'

sed -e "s|^load_module .*|load_module \"$(quoted "$module")\";|" \
    -e "s|^user .*|$user|" \
    -e "s|^error_log .*|$logs|" \
    -e "s|^pid .*|pid nginx.pid;|" \
    -e "s|access_log .*|access_log access.log pyexec;$temp|" \
    -e "s|python=[^;]*|\"python=$(quoted "$PYTHON")\"|" \
    -e "s|root  .*|root \"$(quoted "$PWD")\";|" \
    -e "s|listen .*|listen \"127.0.0.1:$(quoted "$PORT")\";|" \
    -e "s|pyexec_workspace .*|pyexec_workspace \"$(quoted "$WORKSPACE")\";|" \
    conf.example > "$prefix/nginx.conf"

# In a terminal nginx is its foreground job, in a process group of its own: an
# interrupt is for nginx, and make sees its recipe end well.

read -r _ _ _ _ group _ _ foreground _ < /proc/$$/stat

if [ "$group" = "$foreground" ]; then
    set -m
fi

: > "$prefix/error.log"

"$SERVER" -p "$prefix" -c nginx.conf -e stderr -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT $nginx' INT TERM

api=http://127.0.0.1:$PORT/api
code='a, b, out = 0, 1, []\nfor _ in range(15):\n    out.append(a)\n'
code=$code'    a, b = b, a + b\nprint(out)'

# the first run waits until nginx listens: the port may be another program's

asked=

until [ -e "$prefix/answer" ]; do

    if [ -s "$prefix/error.log" ]; then
        fail
    fi

    if ! kill -0 $nginx 2>/dev/null; then
        wait $nginx
        exit
    fi

    if [ -z "$asked" ] && [ -s "$prefix/nginx.pid" ]; then
        asked=yes
        (ask 2>/dev/null &)
    fi

    sleep 0.1
done

grep -q '"status":"ok"' "$prefix/answer" || fail "$(cat "$prefix/answer")"

cat <<END

$api/execute-code is there until Ctrl-C.  Try:

curl -s $api/execute-code -d '{"code": "$code"}'

END

case $- in
    *m*)
        fg %1 > /dev/null
    ;;

    *)
        # the first wait is ended by a signal, the second by nginx's exit

        wait $nginx || wait $nginx
    ;;
esac
