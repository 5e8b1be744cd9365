from tabulate import tabulate

rows = [["Ana", 1.5], ["Luis", 22.75]]
for style in ("plain", "github", "grid", "html", "latex"):
    print(tabulate(rows, headers=["name", "n"], tablefmt=style))
