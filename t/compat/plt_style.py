import matplotlib.pyplot as plt

plt.style.use("ggplot")
plt.boxplot([[1, 2, 3, 9], [2, 3, 4]])
plt.savefig("box.png")
print(sorted(plt.style.available)[:3])
plt.style.use("no-such-style")
