import os
import time

with open("a", "w") as f:
    f.write("x")
os.utime("a", (0, 0))
print(os.path.getmtime("a"), os.stat("a").st_atime)
os.utime("a", ns=(1_500_000_000_123_456_789, 1_600_000_000_987_654_321))
st = os.stat("a")
print(st.st_atime_ns, st.st_mtime_ns)
print(time.ctime(os.path.getmtime("a")))
