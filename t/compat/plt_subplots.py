import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 6, 50)
fig, axes = plt.subplots(2, 2, figsize=(6, 5))
axes[0, 0].scatter(x, np.sin(x), c=x, cmap="viridis")
axes[0, 1].bar(["a", "b"], [3, 5], color=["red", "#00ff00"])
axes[1, 0].hist(np.random.default_rng(0).normal(size=200), bins=15)
im = axes[1, 1].imshow(np.outer(x, x))
fig.colorbar(im)
fig.savefig("grid.png")
plt.close(fig)
