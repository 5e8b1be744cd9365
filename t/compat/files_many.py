import os

os.mkdir("many")
for i in range(300):
    with open(f"many/{i:03}.txt", "w") as f:
        f.write(str(i))
print(len(os.listdir("many")), sum(int(open(f"many/{n}").read())
                                   for n in os.listdir("many")))
