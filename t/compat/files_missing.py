try:
    open("data/missing.csv")
except FileNotFoundError as e:
    print(e, e.errno, e.filename)
try:
    open("made/up/new.txt", "w")
except FileNotFoundError as e:
    print(e)
open("missing.txt")
