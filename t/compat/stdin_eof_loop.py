numbers = []
while True:
    try:
        numbers.append(int(input("number? ")))
    except EOFError:
        break
print("sum", sum(numbers))
