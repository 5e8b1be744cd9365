import sys

print("all is well")
sys.exit()
