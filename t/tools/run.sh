#!/bin/sh

# Serves conf.example, with the paths, the port and the user of this machine,
# until it is interrupted.  "make run" gives the environment.

set -eu

prefix=$(mktemp -d "${TMPDIR:-/tmp}/pyexec-run.XXXXXX")
trap 'rm -rf "$prefix"' EXIT
mkdir -p "$WORKSPACE"

# root stays root, and its pool becomes nobody: so a workspace where only root
# can go can be used, and sessions that root has made

user=

if [ "$(id -u)" = 0 ]; then
    user='user root;'

    # without namespaces the environment has to be in nobody's reach

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
    temp="$temp ${name}_temp_path $prefix/$name;"
done

sed -e "s|^load_module .*|load_module $MODULE;|" \
    -e "s|^user .*|$user|" \
    -e "s|^error_log .*|error_log stderr notice;|" \
    -e "s|^pid .*|pid $prefix/nginx.pid;|" \
    -e "s|access_log .*|access_log $prefix/access.log pyexec;$temp|" \
    -e "s|python=[^;]*|python=$PYTHON|" \
    -e "s|listen .*|listen 127.0.0.1:$PORT;|" \
    -e "s|pyexec_workspace .*|pyexec_workspace $WORKSPACE;|" \
    conf.example > "$prefix/nginx.conf"

# In a terminal nginx is its foreground job, in a process group of its own: an
# interrupt is for nginx, and make sees its recipe end well.

read -r _ _ _ _ group _ _ foreground _ < /proc/$$/stat

if [ "$group" = "$foreground" ]; then
    set -m
fi

"$SERVER" -p "$prefix" -c "$prefix/nginx.conf" -e stderr -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT $nginx' INT TERM

api=http://127.0.0.1:$PORT/api

# the first answer that needs the pool

until curl -sf -o /dev/null "$api/code-results/default"; do
    if ! kill -0 $nginx 2>/dev/null; then
        wait $nginx
        exit
    fi

    sleep 0.1
done

code='a, b, out = 0, 1, []\nfor _ in range(15):\n    out.append(a)\n'
code=$code'    a, b = b, a + b\nprint(out)'

cat <<END

$api/execute-code is there until Ctrl-C.  Try:

curl -s $api/execute-code -d '{"code": "$code"}'

END

case $- in
    *m*)
        fg > /dev/null
    ;;

    *)
        # a signal ends the first wait, nginx the second

        wait $nginx || wait $nginx
    ;;
esac
