from pypdf import PdfReader, PdfWriter

w = PdfWriter()
w.add_blank_page(200, 100)
w.add_blank_page(100, 100)
w.pages[0].rotate(90)
with open("p.pdf", "wb") as f:
    w.write(f)
r = PdfReader("p.pdf")
print(len(r.pages), r.pages[0].mediabox, r.pages[0].get("/Rotate"))
PdfReader("main.py")
