import pandas as pd

s = pd.Series(["Ana López", "juan", None, "EVA"])
print(s.str.upper(), s.str.contains("a", na=False), s.str.split().str[0])
print(s.value_counts(dropna=False), s.map(len, na_action="ignore"), sep="\n")
