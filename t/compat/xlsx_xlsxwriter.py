import xlsxwriter

wb = xlsxwriter.Workbook("w.xlsx")
ws = wb.add_worksheet("Datos")
bold = wb.add_format({"bold": True, "num_format": "0.00"})
ws.write_row(0, 0, ["a", "b"], bold)
ws.write_column("A2", [1, 2.5, 3])
ws.write_formula("B2", "=SUM(A2:A4)")
c = wb.add_chart({"type": "line"})
c.add_series({"values": "=Datos!$A$2:$A$4"})
ws.insert_chart("D2", c)
wb.close()
