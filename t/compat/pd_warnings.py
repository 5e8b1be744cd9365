import pandas as pd

df = pd.DataFrame({"a": [1, 2, 3]})
df[df.a > 1]["a"] = 0
print(df, pd.__name__)
print(pd.Series([1, "x"]).astype(int))
