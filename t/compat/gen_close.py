def resource():
    try:
        yield 1
        yield 2
    finally:
        print("released")


for x in resource():
    print(x)
    break
g = resource()
next(g)
print("the end")
