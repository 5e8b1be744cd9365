import os

os.mkdir("work")
os.chdir("work")
with open("a.txt", "w") as f:
    f.write("x")
print(os.path.basename(os.getcwd()), os.listdir("."))
os.chdir("..")
print(os.path.exists("work/a.txt"))
