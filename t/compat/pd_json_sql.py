import sqlite3

import pandas as pd

df = pd.DataFrame({"id": [1, 2], "name": ["a", "b"]})
print(df.to_json(orient="records"), df.to_dict("list"))
con = sqlite3.connect("t.db")
df.to_sql("people", con, index=False)
print(pd.read_sql("SELECT name FROM people WHERE id > 1", con))
con.close()
print(df.to_html(index=False), df.to_latex is not None)
df.to_pickle("df.pkl")
print(pd.read_pickle("df.pkl").equals(df))
