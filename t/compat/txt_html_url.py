import html
import urllib.parse as up
from email.message import EmailMessage
from html.parser import HTMLParser


class P(HTMLParser):
    def handle_starttag(self, tag, attrs):
        print(tag, attrs)


P().feed('<a href="x?a=1&amp;b=2">t</a>')
print(html.escape('<b>"'), html.unescape("&eacute;&#128512;"))
print(up.urlparse("http://u@h:80/p?q=1#f"), up.quote("a b/ñ"))
print(up.urlencode({"a": [1, 2]}, doseq=True), up.urljoin("http://h/a/b", "../c"))
m = EmailMessage()
m["Subject"] = "Año"
m.set_content("hola")
print(m)
