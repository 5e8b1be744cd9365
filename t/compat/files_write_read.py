with open("notes.txt", "w") as f:
    f.write("first line\n")
    f.writelines(["second\n", "third\n"])
with open("notes.txt", "a") as f:
    print("fourth", file=f)
with open("notes.txt") as f:
    for number, line in enumerate(f, 1):
        print(number, line.rstrip())
with open("notes.txt") as f:
    print(f.readlines())
