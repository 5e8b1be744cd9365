import matplotlib.pyplot as plt
import pandas as pd

df = pd.DataFrame({"a": [1, 3, 2], "b": [2, 1, 4]})
df.plot(kind="bar", title="bars")
plt.savefig("bars.png")
df.hist()
plt.savefig("hist.png")
