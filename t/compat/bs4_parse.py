from bs4 import BeautifulSoup

page = """<html><body><h1>Title</h1><ul>
<li><a href="/a">A</a></li><li><a href="/b">B</a></li></ul><table>
<tr><td>1</td><td>2</td></tr></table></body></html>"""
for parser in ("html.parser", "lxml"):
    soup = BeautifulSoup(page, parser)
    print(soup.h1.text, [a["href"] for a in soup.find_all("a")])
    print(soup.select_one("tr td:nth-of-type(2)").get_text())
print(soup.ul.prettify())
BeautifulSoup(page, "html9lib")
