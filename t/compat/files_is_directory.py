import os

os.mkdir("d")
for call in (lambda: open("d"), lambda: open("d", "w"),
             lambda: os.remove("d"), lambda: os.mkdir("d"),
             lambda: os.listdir("main.py")):
    try:
        call()
    except OSError as e:
        print(type(e).__name__, e)
