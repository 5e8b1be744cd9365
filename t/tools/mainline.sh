#!/bin/sh

# Builds nginx from source with the module, once to be loaded and once built
# in, installs it in /opt/nginx, and runs the suites.  NGINX_SOURCE is the
# folder with the source; without it, Debian's newest is taken.  For a root of
# its own: it writes to /opt/nginx and to apt's sources.

set -eu

top=$PWD
build=$(mktemp -d "${TMPDIR:-/tmp}/pyexec-mainline.XXXXXX")
trap 'rm -rf "$build"' EXIT

make -s run-packages
sh t/tools/packages.sh dpkg-dev make libpcre2-dev libssl-dev zlib1g-dev

if [ -z "${NGINX_SOURCE:-}" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Label: Debian' | head -n 1)
    echo "deb-src $mirror sid main" > /etc/apt/sources.list.d/sid-source.list
    apt-get -qq update
    (cd "$build" && apt-get -qq source nginx > /dev/null)
    NGINX_SOURCE=$(echo "$build"/nginx-*/)
fi

# What a relative path would find: nginx is started by its bare name.

ln -sf /bin/false pyexec-pool
PATH=/opt/nginx/sbin:$PATH

# all but those of the benchmarks' own program and of "make run"

suites=$(ls t/*.t t/hostile/*.t t/sandbox/*.t | grep -vx -e t/style.t \
    -e t/bench.t -e t/run.t)

for way in add-dynamic-module add-module; do
    rm -rf /opt/nginx "$build/$way"
    cp -R "$NGINX_SOURCE" "$build/$way"
    cd "$build/$way"

    configure=./configure
    [ -x $configure ] || configure=auto/configure

    $configure --prefix=/opt/nginx --with-threads --with-http_ssl_module \
        --with-http_v2_module --with-http_v3_module \
        --with-http_auth_request_module --with-http_stub_status_module \
        --with-http_sub_module --$way="$top"
    make -s -j "$(nproc)"
    make -s install
    cd "$top"

    module=

    if [ $way = add-dynamic-module ]; then
        module=/opt/nginx/modules/ngx_http_pyexec_module.so
    fi

    echo "== $(nginx -v 2>&1), --$way"
    make suites SERVER=nginx MODULE=$module SUITES="$(echo $suites)"
done
