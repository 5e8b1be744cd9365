import re

text = "Call 555-1234 or 555-9876, mail ana@example.com"
print(re.findall(r"\d{3}-\d{4}", text), re.search(r"(\w+)@(\w+)", text).groups())
print(re.sub(r"(\d+)-(\d+)", r"\2-\1", text), re.split(r"[,\s]+", "a, b  c"))
m = re.match(r"(?P<verb>\w+)\s", text)
print(m, m["verb"], m.span(), re.compile("a|b", re.I | re.M))
re.compile("(unclosed")
