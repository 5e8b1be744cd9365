from pathlib import Path

p = Path("reports") / "2024" / "summary.tar.gz"
print(p, p.name, p.stem, p.suffix, p.suffixes, p.parent, p.parts)
p.parent.mkdir(parents=True)
p.write_bytes(b"\x00\x01")
print(p.read_bytes(), p.exists(), p.is_file(), p.stat().st_size)
print(p.with_suffix(".zip"), p.with_name("x"), p.relative_to("reports"))
q = p.rename(p.with_name("moved.gz"))
print(q, p.exists(), sorted(Path("reports").rglob("*")))
print(Path.cwd() == Path("main.py").resolve().parent)
