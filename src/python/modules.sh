#!/bin/sh

# Writes an assembler source that holds the Python files named as arguments:
# the table pyexec_modules of pyexec_modules.h.  Each file ends with a NUL.

set -e

echo '	.section .rodata'

n=0
for file; do
    printf 'name%d:	.asciz "%s"\n' $n "$(basename "$file" .py)"
    printf 'text%d:	.incbin "%s"\n	.byte 0\n' $n "$file"
    n=$((n + 1))
done

echo '	.section .data.rel.ro, "aw"'
echo '	.globl pyexec_modules'
echo '	.balign 8'
echo 'pyexec_modules:'

i=0
while [ $i -lt $n ]; do
    printf '	.quad name%d, text%d\n' $i $i
    i=$((i + 1))
done

echo '	.quad 0, 0'
echo '	.section .note.GNU-stack, "", @progbits'
