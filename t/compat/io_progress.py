import sys
import time

for i in range(1, 6):
    sys.stdout.write(f"\rprogress: {i * 20:3d}% [{'#' * i:<5}]")
    sys.stdout.flush()
    time.sleep(0.005)
print("\ndone\a\t\x1b[1mbold\x1b[0m")
