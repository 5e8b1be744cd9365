import pandas as pd

df = pd.DataFrame({"a": [1, 2], "b": ["x", "ñ"]})
with pd.ExcelWriter("book.xlsx") as w:
    df.to_excel(w, sheet_name="one", index=False)
    df.T.to_excel(w, sheet_name="two")
print(pd.read_excel("book.xlsx", sheet_name=None))
