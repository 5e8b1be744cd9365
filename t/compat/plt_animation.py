import matplotlib.animation as animation
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(2, 2))
line, = ax.plot([0, 1], [0, 1])
a = animation.FuncAnimation(
    fig, lambda i: line.set_data([0, i], [0, 1]), frames=3)
a.save("a.gif", writer="pillow", fps=5)
