import matplotlib.pyplot as plt

plt.rcParams["font.family"] = "No Such Font"
plt.title("text")
plt.savefig("font.png")
