import os

saved = os.dup(1)
with open("captured.txt", "w") as f:
    os.dup2(f.fileno(), 1)
    os.write(1, b"into the file\n")
    os.dup2(saved, 1)
os.close(saved)
print(open("captured.txt").read(), end="")
