import matplotlib
import matplotlib.pyplot as plt

matplotlib.rcParams["svg.hashsalt"] = "fixed"
fig, ax = plt.subplots()
ax.fill_between([0, 1, 2], [1, 3, 2], alpha=0.3)
for kind in ("svg", "pdf", "jpg"):
    fig.savefig(f"figure.{kind}")
fig.savefig("figure.gif") if False else None
fig.savefig("figure.xyz")
