#!/bin/sh

# Builds the unit tests into the directory $1, with the flags in $CFLAGS, and
# runs them.  Each line below: a test, the sources that it tests, libraries.

set -eu

out=$1
mkdir -p "$out"

while read -r test sources libs; do
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g ${CFLAGS-} \
        -Isrc/wire -Isrc/nginx -Isrc/pool -It/unit \
        -o "$out/$test" "t/unit/$test.c" $(echo "$sources" | tr , ' ') \
        $(echo "$libs" | tr , ' ') -lcmocka
    echo "$out/$test"
    "$out/$test"
done <<END
wire_test src/wire/pyexec_wire.c
name_test src/wire/pyexec_name.c
request_test src/nginx/pyexec_request.c,src/wire/pyexec_name.c -lyajl,-lm
seccomp_test src/pool/pyexec_seccomp.c -lseccomp
END
