import matplotlib.pyplot as plt
import numpy as np

fig = plt.figure()
ax = fig.add_subplot(projection="3d")
x, y = np.meshgrid(np.linspace(-2, 2, 20), np.linspace(-2, 2, 20))
ax.plot_surface(x, y, np.exp(-x ** 2 - y ** 2), cmap="coolwarm")
fig.savefig("surface.png")
