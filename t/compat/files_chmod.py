import os
import stat

open("run.sh", "w").close()
for mode in (0o755, 0o600, 0o444):
    os.chmod("run.sh", mode)
    print(oct(stat.S_IMODE(os.stat("run.sh").st_mode)),
          stat.filemode(os.stat("run.sh").st_mode))
print(os.access("run.sh", os.R_OK), os.access("run.sh", os.X_OK))
