import unicodedata

s = "Ǆ é é ß İ ﬁ 👨‍👩‍👧 ﷺ"
print(len(s), s.upper(), s.casefold(), s.encode("unicode_escape"))
for form in ("NFC", "NFD", "NFKC"):
    print(form, len(unicodedata.normalize(form, s)))
print(unicodedata.name("€"), unicodedata.lookup("SNOWMAN"), "\N{BULLET}")
print([unicodedata.category(c) for c in "aA1 ,€"], "١٢".isdigit(), int("١٢"))
print("日本語".encode("shift_jis"), b"\xc4\xe3".decode("gbk"), ascii("ñ"))
print("ñ".encode("idna"), "a\u0301" == "á")
