import shutil

total, used, free = shutil.disk_usage(".")
print(total > 0, used >= 0, free > 0)
