#!/bin/sh

# The package in a clean Debian of each of RELEASES: built and read by lintian
# in one root; in another installed, with what it recommends, run by Debian's
# nginx and its init script, upgraded while it serves, and purged.  "make
# debcheck" gives the environment; root only.

set -eu

name=libnginx-mod-http-pyexec
api=http://127.0.0.1:8080/api


# outside

check() {
    roots=build/debcheck
    pristine=build/roots/$1

    sh t/tools/root.sh make "$1" "$pristine"

    for root in build install; do
        rm -rf "$roots/$1-$root"
        mkdir -p "$roots"
        cp -a "$pristine" "$roots/$1-$root"
        mkdir "$roots/$1-$root/srv/pyexec"
        tar c --exclude=./build --exclude=./workspace --exclude=./.git . \
            | tar x -C "$roots/$1-$root/srv/pyexec"
    done

    inside "$1-build" build
    cp "$roots/$1-build/srv/"*.deb "$roots/$1-install/srv"

    inside "$1-install" download
    NETWORK=none inside "$1-install" serve
}

inside() {
    sh t/tools/root.sh enter "build/debcheck/$1" \
        sh -c 'cd /srv/pyexec && exec sh t/tools/debcheck.sh "$1"' sh "$2"
}


# inside, in a root to build in: this version, and one that is higher

build() {
    apt-get -qq update
    sh t/tools/packages.sh make lintian

    make deb
    lintian --allow-root --fail-on error,warning build/deb/*.changes
    echo "lintian: nothing to say"
    dpkg-deb --info build/*.deb | grep -E 'Version|Depends|Recommends'
    mv build/*.deb /srv

    sed -i '1s/)/+1)/' debian/changelog
    make deb
    mv build/*.deb /srv
}


# inside, in a root to install in

download() {
    apt-get -qq update
    apt-get -qq install --no-install-recommends --download-only "$old" \
        $recommended curl > /dev/null
}

serve() {
    # without a policy, maintainer scripts call no init script where no init
    # runs

    printf '#!/bin/sh\nexit 0\n' > /usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d

    step "installing ${old##*/}"
    apt-get -qq install --no-install-recommends "$old" $recommended curl \
        > /srv/install.log 2>&1 \
        || { tail -n 20 /srv/install.log; exit 1; }
    dpkg-query -W nginx python3 $name

    step "starting with conf.example"
    configure
    /etc/init.d/nginx stop
    /etc/init.d/nginx start
    answers
    await "the walls to be told" walls
    walls

    step "upgrading to ${new##*/} under load"
    upgrade "$new"

    step "purging"
    rm /etc/nginx/conf.d/pyexec.conf
    apt-get -qq purge $name > /srv/purge.log 2>&1
    await "the pool to end" no_pool
    curl -sf -o /dev/null http://127.0.0.1/

    if find / /run /tmp /dev -xdev -iname '*pyexec*' ! -path '/srv/*' \
        | grep .
    then
        echo "purged, but this is left"
        exit 1
    fi

    echo "nothing is left, nginx serves on"
}

step() {
    echo "== $1"
}

# what the comment in conf.example says, and nothing else

configure() {
    sed -i 's|^error_log .*|error_log /var/log/nginx/error.log notice;|' \
        /etc/nginx/nginx.conf
    sed -n '/^http {/,/^}/p' /usr/share/doc/$name/examples/conf.example \
        | sed -e '1d;$d' -e 's|python=[^;]*|python=/usr|' \
        > /etc/nginx/conf.d/pyexec.conf
}

# the README's first commands, by nginx's user

answers() {
    await "the first answer" curl -sf -o /dev/null $api/code-results/default
    curl -sf "${api%/api}/openapi.json" | grep -q '"openapi": "3.1'

    cd /tmp
    sed -n '/^## Quick start/,/^## Package/s/^    //p' /srv/pyexec/README.md \
        | grep -E '^(curl|printf) ' > /srv/readme.sh
    setpriv --reuid=www-data --regid=www-data --clear-groups \
        sh -e /srv/readme.sh > /srv/answers
    grep -oE '"status":"ok","stdout":"[^"]*"' /srv/answers > /srv/ok || :
    cat /srv/ok

    if [ "$(grep -c . /srv/ok)" != 2 ]; then
        cat /srv/answers
        return 1
    fi

    for plot in /var/lib/pyexec/workspace/demo/code_exec/*/serie.png; do
        head -c 4 "$plot" | grep -q PNG
        ls -l "$plot"
    done
}

walls() {
    grep -o 'pyexec pool .* sandbox: .*' /var/log/nginx/error.log
}

# Every run that is asked for meanwhile is answered, and the pool's new program
# takes the place of the old.

upgrade() {
    load > /srv/load &
    load=$!

    apt-get -qq install "$1" > /srv/upgrade.log 2>&1
    await "the new program" no_deleted
    touch /srv/enough
    wait $load

    dpkg-query -W $name
    echo "$(grep -c . /srv/load) runs meanwhile"
    [ -s /srv/load ] && [ "$(grep -cv '"status":"ok"' /srv/load)" = 0 ]
}

load() {
    until [ -e /srv/enough ]; do
        curl -s -w '\n' $api/execute-code -d '{"code": "print(1)"}' || :
    done
}

pools() {
    for exe in /proc/[0-9]*/exe; do
        readlink "$exe"
    done | grep pyexec-pool
}

no_pool() {
    ! pools
}

no_deleted() {
    pools > /srv/pools && ! grep deleted /srv/pools
}

# a condition that becomes true within a minute

await() {
    what=$1
    shift

    for i in $(seq 600); do
        if "$@" > /dev/null; then
            return
        fi

        sleep 0.1
    done

    echo "waited a minute for $what"
    tail -n 20 /var/log/nginx/error.log
    return 1
}


case "${1:-}" in
    build)
        build
    ;;

    download | serve)
        new=$(ls /srv/*+1_*.deb)
        old=$(ls /srv/*.deb | grep -vFx "$new")
        recommended=$(dpkg-deb --field "$old" Recommends | tr -d ,)
        $1
    ;;

    *)
        for release in $RELEASES; do
            echo "== $release"
            check "$release"
        done

        echo "== the package passed on $RELEASES"
    ;;
esac
