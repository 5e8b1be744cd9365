#!/bin/sh

# A Debian of its own in a directory, for checks that need a clean one; root
# only.
#
#     root.sh make RELEASE DIRECTORY          makes it, unless it is there
#     root.sh enter DIRECTORY COMMAND ...     runs a command in it
#
# MIRROR= names the archive, else the one that apt uses here is taken.  With
# NETWORK=none a command sees nothing but a loopback of its own.  Processes
# that it leaves behind end with it.

set -eu

here=$(dirname "$0")

make() {
    if [ -e "$2/etc/made" ]; then
        return
    fi

    sh "$here/packages.sh" debootstrap

    mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)}

    rm -rf "$2"
    mkdir -p "$2"

    echo "making a Debian $1"
    debootstrap --variant=minbase "$1" "$2" $mirror > "$2.log" \
        || { tail -n 3 "$2.log"; return 1; }

    apt-config dump | grep '^Acquire::' > "$2/etc/apt/apt.conf.d/90host" || :
    echo "$1" > "$2/etc/made"
}

# The root of a mount namespace, not a chroot, below which the kernel allows
# no user namespace.  /proc and /sys are whole, or a user namespace can't have
# others of its own.

enter() {
    root=$1
    shift

    mount --bind "$root" "$root"
    cd "$root"

    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t tmpfs -o mode=755 tmpfs dev
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs tmpfs tmp

    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
    mount -t tmpfs -o mode=1777 tmpfs dev/shm

    for device in null zero full random urandom tty; do
        : > "dev/$device"
        mount --bind "/dev/$device" "dev/$device"
    done

    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    ln -s fd/0 dev/stdin
    ln -s fd/1 dev/stdout
    ln -s fd/2 dev/stderr

    if [ "${NETWORK:-}" = none ]; then
        ip link set lo up
    fi

    pivot_root . mnt
    exec chroot . /bin/sh -c 'umount -l /mnt && exec "$@"' sh "$@"
}

case "$1" in

    make)
        make "$2" "$3"
    ;;

    enter)
        shift
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive NETWORK="${NETWORK:-}" \
            unshare --mount --pid --ipc --uts --fork --kill-child \
            $([ "${NETWORK:-}" != none ] || echo --net) \
            sh "$0" inside "$@"
    ;;

    inside)
        shift
        enter "$@"
    ;;
esac
