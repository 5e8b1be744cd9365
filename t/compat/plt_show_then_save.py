import matplotlib.pyplot as plt

plt.plot([1, 3, 2])
plt.show()
plt.savefig("after.png")
