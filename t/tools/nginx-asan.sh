#!/bin/sh

# nginx itself is built without AddressSanitizer: the run-time, which a module
# built with it needs, has to be loaded before it.  nginx leaves its memory to
# exit().

ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$(gcc -print-file-name=libasan.so) \
    exec /usr/sbin/nginx "$@"
