año = 2024
π = 3.14159
def área(radio):
    return π * radio ** 2
print(año, área(2), "привет"[::-1])
print(undefinido)
