import argparse

p = argparse.ArgumentParser()
p.add_argument("path")
p.parse_args()
