import sys

sys.stdout.buffer.write(b"before \xff\xfe after\n")
sys.stdout.buffer.write(b"cut \xc3")
