#!/bin/sh

# Tries a clean clone of HEAD on other systems, each in a root of its own below
# build/distcheck.  "make distcheck" gives RELEASES, of these words:
#
#   bookworm, trixie   "make test" on that release of Debian
#   sid                "make suites" there
#   mainline           mainline.sh in bookworm; NGINX_SOURCE= names the folder
#                      with nginx's source, instead of Debian's newest
#   arm64              arm64.sh in another trixie
#
# Needs root and git.  The mirror, pip's settings and the local certificates
# are this machine's.

set -eu

dir=$PWD/build/distcheck
failed=

# Runs a shell script in a root, with this machine's settings of pip.

enter() {
    sh t/tools/root.sh enter "$1" env $(env | grep -E '^(PIP|TEST_NGINX)_') \
        sh -euc "$2" < /dev/null
}

# Gives a root of a release a clean clone, and runs a command there.

try() {
    sh t/tools/root.sh make "$2" "$dir/$1"
    rm -rf "$dir/$1/srv/"*
    git clone -q . "$dir/$1/srv/pyexec"
    cp /etc/resolv.conf "$dir/$1/etc"
    cp -R /usr/local/share/ca-certificates "$dir/$1/usr/local/share"

    if [ -f /etc/pip.conf ]; then
        cp /etc/pip.conf "$dir/$1/etc"
    fi

    if [ "${NGINX_SOURCE:-}" ]; then
        cp -R "$NGINX_SOURCE" "$dir/$1/srv/nginx"
    fi

    enter "$dir/$1" "cd /srv/pyexec
        sh t/tools/packages.sh make ca-certificates
        $3"
}

row() {
    printf '%-9s %-7s %-7s %-56s %s\n' "$@" >> "$dir/table"
}

mkdir -p "$dir"
: > "$dir/table"
row system nginx Python "what ran" result

for word in $RELEASES; do
    root=$word
    release=$word
    nginx=/usr/sbin/nginx

    case $word in
        bookworm | trixie)
            command="make test"
            what=$command
        ;;

        sid)
            command="make suites"
            what=$command
        ;;

        mainline)
            root=bookworm
            release=bookworm
            nginx=/opt/nginx/sbin/nginx
            command="sh t/tools/mainline.sh"
            [ -z "${NGINX_SOURCE:-}" ] \
                || command="NGINX_SOURCE=/srv/nginx $command"
            what="make suites, with the module loaded, then built in"
        ;;

        arm64)
            release=trixie
            command="sh t/tools/arm64.sh"
            what="unit tests in C, qemu-user: no namespaces, no seccomp"
        ;;

        *)
            echo "distcheck: \"$word\" is no system that is known here"
            exit 1
        ;;
    esac

    echo "== $word: $command > build/distcheck/$word.log"
    result=passed

    # not as a condition, in which "set -e" would not hold

    set +e
    (set -e; try $root $release "$command") > "$dir/$word.log" 2>&1
    [ $? = 0 ] || result=FAILED
    set -e

    if [ $result = FAILED ]; then
        failed=yes
        tail -n 40 "$dir/$word.log"
    fi

    row $word $(enter "$dir/$root" "$nginx -v; python3 -V" 2>&1 \
        | sed 's|.*[/ ]||') "$what" $result
done

cat "$dir/table"
[ -z "$failed" ]
