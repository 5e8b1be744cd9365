import os

print(os.environ["LANG"], os.environ.get("NOPE"), os.getenv("NOPE", "none"))
os.environ["MY_VAR"] = "1"
print(os.getenv("MY_VAR"), os.path.expandvars("$MY_VAR/x"))
del os.environ["MY_VAR"]
print("MY_VAR" in os.environ)
os.environ["API_KEY"]
