from pathlib import Path

p = Path("a.txt")
p.touch()
print(p.exists(), p.stat().st_size)
try:
    p.touch(exist_ok=False)
except FileExistsError as e:
    print(type(e).__name__, e)
