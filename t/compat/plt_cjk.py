import matplotlib.pyplot as plt

plt.title("中文標題")
plt.savefig("cjk.png")
