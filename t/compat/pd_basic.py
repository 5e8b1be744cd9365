import pandas as pd

df = pd.DataFrame({"city": ["Lima", "Cusco", "Lima", None],
                   "sales": [10, 20.5, 7, 3], "n": [1, 2, 3, 4]})
print(df)
print(df.describe(), df.dtypes, sep="\n")
print(df.groupby("city")["sales"].agg(["sum", "mean"]))
df.info()
print(df.isna().sum(), df.sort_values("sales", ascending=False).head(2))
df["nope"]
