import os

for path in ("project/src/app.py", "project/src/lib/util.py",
             "project/README.md", "project/data/in.csv"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(path)
for root, dirs, files in os.walk("project"):
    dirs.sort()
    depth = root.count(os.sep)
    print("    " * depth + os.path.basename(root) + "/")
    for name in sorted(files):
        print("    " * (depth + 1) + name)
