import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

print(matplotlib.get_backend().lower(), plt.isinteractive())
plt.figure(figsize=(2, 2))
plt.pie([30, 70], labels=["a", "b"], autopct="%1.0f%%")
plt.savefig("pie.png", transparent=True, bbox_inches="tight")
