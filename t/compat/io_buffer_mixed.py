import os
import sys

sys.stdout.write("text ")
sys.stdout.flush()
sys.stdout.buffer.write(b"bytes \xc3\xb1 ")
sys.stdout.buffer.flush()
os.write(1, b"raw\n")
print("printed", end="; ", flush=True)
sys.stdout.writelines(["a", "b", "\n"])
