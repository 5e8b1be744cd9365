import pandas as pd
import pyarrow

df = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
df.to_parquet("t.parquet")
df.to_feather("t.feather")
print(pd.read_parquet("t.parquet"), pd.read_feather("t.feather").dtypes)
print(pyarrow.Table.from_pandas(df).schema.names)
