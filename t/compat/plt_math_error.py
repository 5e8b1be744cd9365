import matplotlib.pyplot as plt

figure, ax = plt.subplots()
ax.plot([1, 2])
ax.set_title(r"$\frac{1$")
figure.savefig("a.png")
