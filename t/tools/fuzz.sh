#!/bin/sh

# Runs each fuzzer for SECONDS, as many at a time as there are processors;
# "make fuzz" sets the environment.  An input that fails stays in $BUILD/fuzz.

set -eu

export corpus="$PWD/t/fuzz/corpus"
cd "$BUILD/fuzz"
rm -f crash-* timeout-* oom-* failed

# shellcheck disable=SC2016
ls ./*_fuzz | xargs -P "$(nproc)" -I {} sh -c '
    name=$(basename {} _fuzz)
    mkdir -p found-$name
    {} -max_total_time='"$SECONDS"' -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix=./ found-$name \
        "$corpus/$name" > $name.log 2>&1 || echo $name >> failed
    echo $name: $(awk "/_executed_units/ { print \$2 }" $name.log) inputs
'

if [ -s failed ]; then
    while read -r name; do
        tail -n 30 "$name.log"
    done < failed
    exit 1
fi
