import xml.etree.ElementTree as ET
from xml.dom import minidom

root = ET.Element("catalog")
for i, title in enumerate(["Ünïcode & more", "<tag>"]):
    book = ET.SubElement(root, "book", id=str(i))
    ET.SubElement(book, "title").text = title
ET.indent(root)
ET.ElementTree(root).write("c.xml", encoding="utf-8", xml_declaration=True)
for book in ET.parse("c.xml").getroot().iter("book"):
    print(book.get("id"), book.findtext("title"))
print(minidom.parseString("<a><b/></a>").toprettyxml(indent=" "))
ET.fromstring("<a><b></a>")
