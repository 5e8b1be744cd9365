from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
for row in (["item", "n"], ["a", 3], ["b", 5]):
    ws.append(row)
ws["A1"].font = Font(bold=True)
ws["C1"] = "=SUM(B2:B3)"
chart = BarChart()
chart.add_data(Reference(ws, min_col=2, min_row=1, max_row=3),
               titles_from_data=True)
ws.add_chart(chart, "E2")
wb.save("o.xlsx")
print([[c.value for c in r] for r in load_workbook("o.xlsx").active.rows])
