import docx

d = docx.Document()
d.add_heading("Informe", 1)
d.add_paragraph("Texto con ").add_run("negrita").bold = True
t = d.add_table(rows=1, cols=2)
t.cell(0, 0).text = "celda"
d.save("i.docx")
again = docx.Document("i.docx")
print([p.text for p in again.paragraphs], again.tables[0].cell(0, 0).text)
