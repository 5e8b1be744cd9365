import locale

print(locale.setlocale(locale.LC_ALL, ""))
print(locale.format_string("%d", 1234567, grouping=True))
print(locale.localeconv()["decimal_point"], sorted(["b", "A", "á"],
      key=locale.strxfrm))
locale.setlocale(locale.LC_ALL, "es_ES.UTF-8")
