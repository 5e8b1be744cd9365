import locale
import sys

print(sys.getdefaultencoding(), sys.getfilesystemencoding())
print(locale.getpreferredencoding(False), sys.stdout.encoding)
with open("a.txt", "w") as f:
    print(f.encoding)
    f.write("ñandú\n")
print(open("a.txt", "rb").read())
