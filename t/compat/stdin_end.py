import sys

print(repr(sys.stdin.read()), repr(sys.stdin.readline()), list(sys.stdin))
name = input("Your name: ")
print("hello", name)
