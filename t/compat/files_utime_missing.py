import os

for call in (lambda: os.utime("nope"), lambda: os.chmod("nope", 0o600),
             lambda: os.stat("nope"), lambda: os.remove("nope"),
             lambda: os.rmdir("nope"), lambda: os.listdir("nope")):
    try:
        call()
    except OSError as e:
        print(type(e).__name__, e.errno, e.filename, e.strerror)
