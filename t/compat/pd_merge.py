import pandas as pd

a = pd.DataFrame({"k": [1, 2, 3], "x": list("abc")})
b = pd.DataFrame({"k": [2, 3, 4], "y": [True, False, True]})
print(a.merge(b, on="k", how="outer", indicator=True))
print(pd.concat([a, b]), pd.pivot_table(a, index="x", values="k"), sep="\n")
print(a.melt(id_vars="k"), pd.crosstab(a.x, a.k), pd.get_dummies(a.x), sep="\n")
