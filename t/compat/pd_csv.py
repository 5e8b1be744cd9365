import io

import pandas as pd

text = "date,value\n2024-01-01,1\n2024-01-02,\n2024-01-03,3.5\n"
df = pd.read_csv(io.StringIO(text), parse_dates=["date"], index_col="date")
print(df, df.index, sep="\n")
df.fillna(0).to_csv("out.csv", float_format="%.1f")
print(open("out.csv").read(), df.resample("2D").sum())
pd.read_csv("missing.csv")
