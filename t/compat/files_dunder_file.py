import os
import sys

print(os.path.isabs(__file__), os.path.basename(__file__))
print(os.path.dirname(os.path.abspath(__file__)) == os.getcwd())
print(sys.argv, len(sys.argv))
here = os.path.dirname(os.path.realpath(__file__))
with open(os.path.join(here, "out.txt"), "w") as f:
    f.write("beside the script")
