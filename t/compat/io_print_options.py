import sys

print(1, 2, 3, sep=" | ", end="!\n")
print()
print(*range(5), sep="")
print("to stderr", file=sys.stderr)
print("no newline at the end", end="")
