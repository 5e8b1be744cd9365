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
# Needs root, debootstrap and git.  The mirror, apt's settings, pip's and the
# local certificates are this machine's.

set -eu

dir=$PWD/build/distcheck
failed=

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
    'Label: Debian' | head -n 1)

if [ -z "$mirror" ]; then
    echo "distcheck: apt has no list of a Debian mirror; run apt-get update"
    exit 1
fi

# Runs a command in a root.  The kernel makes no user namespaces for a process
# whose root is not that of its mount namespace: so it is not chroot().

enter() {
    unshare --mount --pid --ipc --fork --kill-child sh -euc '
        mount --bind "$1" "$1"
        cd "$1"
        shift
        mount -t proc proc proc
        mount --rbind /sys sys
        mount --rbind /dev dev
        mount -t tmpfs -o mode=1777 tmpfs dev/shm
        mount -t tmpfs -o mode=1777 tmpfs tmp
        pivot_root . .
        umount -l .
        cd /srv
        unset MAKEFLAGS MFLAGS MAKELEVEL TMPDIR
        exec "$@"' sh "$@" < /dev/null
}

# Makes a root of a release, once: the mark is written last.

make_root() {
    echo "making the root of $1 from $mirror"
    rm -rf "$dir/$1"
    unshare --mount debootstrap --variant=minbase \
        --include=ca-certificates,git,make "$2" "$dir/$1" "$mirror"

    apt-config dump | grep '^Acquire::' > "$dir/$1/etc/apt/apt.conf.d/90host"
    echo "deb-src $mirror sid main" > "$dir/$1/etc/apt/sources.list.d/sid.list"
    cp -R /usr/local/share/ca-certificates "$dir/$1/usr/local/share"
    enter "$dir/$1" update-ca-certificates
    touch "$dir/$1/made"
}

# Gives a root of a release a clean clone, and runs a command there.

try() {
    [ -f "$dir/$1/made" ] || make_root "$1" "$2"

    rm -rf "$dir/$1/srv/"*
    git clone -q . "$dir/$1/srv/pyexec"
    cp /etc/resolv.conf "$dir/$1/etc"

    if [ -f /etc/pip.conf ]; then
        cp /etc/pip.conf "$dir/$1/etc"
    fi

    if [ "${NGINX_SOURCE:-}" ]; then
        cp -R "$NGINX_SOURCE" "$dir/$1/srv/nginx"
    fi

    enter "$dir/$1" sh -euc "cd pyexec; $3"
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

    row $word $(enter "$dir/$root" sh -c "$nginx -v; python3 -V" 2>&1 \
        | sed 's|.*[/ ]||') "$what" $result
done

cat "$dir/table"
[ -z "$failed" ]
