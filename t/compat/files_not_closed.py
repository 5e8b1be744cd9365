f = open("left.txt", "w")
f.write("this is flushed at the end")
print(f.name, f.closed)
