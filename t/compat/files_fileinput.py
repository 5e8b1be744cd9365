import fileinput

with open("config.txt", "w") as f:
    f.write("host=localhost\nport=80\n")
with fileinput.input("config.txt", inplace=True) as lines:
    for line in lines:
        print(line.replace("80", "8080"), end="")
print(open("config.txt").read())
