import sys

print(sys.argv, sys.orig_argv[-1], __name__)
if len(sys.argv) < 2:
    print(f"usage: {sys.argv[0]} FILE", file=sys.stderr)
    sys.exit(2)
