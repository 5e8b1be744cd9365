import os
import shelve

with shelve.open("store") as db:
    db["list"] = [1, 2, 3]
    db["text"] = "hello"
with shelve.open("store") as db:
    print(sorted(db.keys()), db["list"])
for name in os.listdir("."):
    if name.startswith("store"):
        os.remove(name)
