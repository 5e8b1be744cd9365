#!/bin/sh

# Serves conf.example, with the paths, the port and the user of this machine,
# until it is interrupted.  "make run" gives the environment.

set -eu

prefix=$(mktemp -d "${TMPDIR:-/tmp}/pyexec.XXXXXX")
trap 'rm -rf "$prefix"' EXIT
mkdir -p "$prefix/temp" "$WORKSPACE"

# root stays root, and its pool becomes nobody: so a workspace where only root
# can go can be used, and sessions that root has made

user=

if [ "$(id -u)" = 0 ]; then
    user='user root;'
fi

sed -e "s|^load_module .*|load_module $BUILD/ngx_http_pyexec_module.so;|" \
    -e "s|^user .*|$user|" \
    -e "s|^error_log .*|error_log stderr notice;|" \
    -e "s|^pid .*|pid $prefix/nginx.pid;|" \
    -e "s|access_log .*|access_log $prefix/access.log pyexec; client_body_temp_path $prefix/temp/body; proxy_temp_path $prefix/temp/proxy; fastcgi_temp_path $prefix/temp/fastcgi; uwsgi_temp_path $prefix/temp/uwsgi; scgi_temp_path $prefix/temp/scgi;|" \
    -e "s|python=[^;]*|python=$PREFIX|" \
    -e "s|listen .*|listen 127.0.0.1:$PORT;|" \
    -e "s|pyexec_workspace .*|pyexec_workspace $WORKSPACE;|" \
    conf.example > "$prefix/nginx.conf"

"$SERVER" -p "$prefix" -c "$prefix/nginx.conf" -e stderr -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT $nginx 2>/dev/null' INT TERM

url=http://127.0.0.1:$PORT/api/execute-code

until curl -s -o /dev/null "$url"; do
    kill -0 $nginx 2>/dev/null || exit 1
done

cat <<END

The API is at $url; Ctrl-C ends it.  Try:

curl -s $url -d '{"code": "a, b, out = 0, 1, []\nfor _ in range(15):\n    out.append(a)\n    a, b = b, a + b\nprint(out)"}'

END

# twice: the first wait ends with the signal, the second with nginx

wait $nginx || true
wait $nginx 2>/dev/null || true
