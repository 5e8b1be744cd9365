#!/bin/sh

# nginx, with the run-time of AddressSanitizer for a module that needs it.

LD_PRELOAD=$(gcc -print-file-name=libasan.so) exec /usr/sbin/nginx "$@"
