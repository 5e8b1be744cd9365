import argparse

p = argparse.ArgumentParser(description="Adds numbers")
p.add_argument("numbers", nargs="*", type=float, default=[1, 2])
p.add_argument("--verbose", "-v", action="store_true", help="say more")
args = p.parse_args()
print(args, sum(args.numbers))
print(p.parse_args(["3", "4", "-v"]))
p.print_help()
p.parse_args(["--nope"])
