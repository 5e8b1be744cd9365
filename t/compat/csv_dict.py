import csv
from collections import defaultdict

with open("sales.csv", "w", newline="") as f:
    w = csv.DictWriter(f, fieldnames=["region", "amount"])
    w.writeheader()
    for region, amount in (("N", 10), ("S", 5.5), ("N", 7)):
        w.writerow({"region": region, "amount": amount})
totals = defaultdict(float)
with open("sales.csv", newline="") as f:
    for row in csv.DictReader(f):
        totals[row["region"]] += float(row["amount"])
print(dict(totals))
