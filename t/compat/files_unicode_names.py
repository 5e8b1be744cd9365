import os

for name in ("año.txt", "日本.txt", "with space.txt", "émoji🎉.txt"):
    with open(name, "w", encoding="utf-8") as f:
        f.write(name)
print(sorted(n for n in os.listdir() if n.endswith(".txt")))
