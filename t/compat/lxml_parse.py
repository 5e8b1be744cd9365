from lxml import etree, html

d = html.fromstring("<div><p class='a'>uno</p><p>dos &amp; ñ</p></div>")
print(d.xpath("//p[@class='a']/text()"), [p.text for p in d.iter("p")])
root = etree.Element("root")
etree.SubElement(root, "child", n="1").text = "ñ"
print(etree.tostring(root, pretty_print=True, encoding="unicode"))
etree.fromstring("<a><b></a>")
