#!/bin/sh

# Runs an nginx that is built without AddressSanitizer with a module that is
# built with it: the run-time library has to be loaded first.  Leaks are not
# looked for, since nginx leaves its memory to exit().

ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$(gcc -print-file-name=libasan.so) \
    exec /usr/sbin/nginx "$@"
