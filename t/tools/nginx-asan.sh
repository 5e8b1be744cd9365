#!/bin/sh

# nginx itself is built without AddressSanitizer: the run-time, which a module
# built with it needs, has to be loaded before it.

LD_PRELOAD=$(gcc -print-file-name=libasan.so) exec /usr/sbin/nginx "$@"
