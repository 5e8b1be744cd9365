import csv

rows = [["name", "city"], ["Ana", "Málaga, ES"], ['say "hi"', "a\nb"]]
with open("people.csv", "w", newline="", encoding="utf-8") as f:
    csv.writer(f).writerows(rows)
with open("people.csv", newline="", encoding="utf-8") as f:
    for row in csv.reader(f):
        print(row)
print(repr(open("people.csv", newline="", encoding="utf-8").read()))
