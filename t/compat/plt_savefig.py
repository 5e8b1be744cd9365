import matplotlib.pyplot as plt

plt.plot([1, 4, 2, 8], "o-", label="serie")
plt.title("A title with ñ and $\\alpha^2$")
plt.xlabel("x")
plt.legend()
plt.grid(True)
plt.tight_layout()
plt.savefig("plot.png", dpi=80)
print(plt.get_fignums(), plt.gcf().get_size_inches())
