import sys

try:
    sys.exit(True)
finally:
    print("finally")
