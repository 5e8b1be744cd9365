text = "año, naïve, 日本語, 🎉, Ω\n"
for encoding in ("utf-8", "utf-16", "utf-8-sig"):
    with open(f"{encoding}.txt", "w", encoding=encoding) as f:
        f.write(text)
    with open(f"{encoding}.txt", "rb") as f:
        print(encoding, f.read()[:24])
    with open(f"{encoding}.txt", encoding=encoding) as f:
        print(f.read() == text)
try:
    open("latin.txt", "w", encoding="latin-1").write(text)
except UnicodeEncodeError as e:
    print(e)
