data = [1, 2, 3]
print([x * factor for x in data])
