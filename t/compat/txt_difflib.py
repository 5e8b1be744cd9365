import difflib

a = "one\ntwo\nthree\n".splitlines(True)
b = "one\n2\nthree\nfour\n".splitlines(True)
print("".join(difflib.unified_diff(a, b, "old", "new")))
print(difflib.get_close_matches("appel", ["ape", "apple", "peach"]))
print(difflib.SequenceMatcher(None, "abcd", "bcde").ratio())
