import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

sns.set_theme(style="whitegrid")
df = pd.DataFrame({"x": [1, 2, 3, 4] * 2, "y": [2, 4, 5, 9, 1, 3, 4, 6],
                   "g": list("aaaabbbb")})
sns.lineplot(data=df, x="x", y="y", hue="g")
plt.savefig("line.png")
plt.figure()
sns.heatmap(df[["x", "y"]].corr(), annot=True)
plt.savefig("heat.png")
sns.load_dataset("no-such")
