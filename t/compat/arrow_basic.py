import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

t = pa.table({"n": [1, 2, 3], "s": ["a", "b", "a"]})
print(t.schema, pc.sum(t["n"]), t.group_by("s").aggregate([("n", "sum")]))
pq.write_table(t, "t.parquet")
print(pq.read_table("t.parquet", columns=["s"]).to_pydict())
pa.csv.write_csv(t, "t.csv")
print(pa.csv.read_csv("t.csv").num_rows, pa.array([1, None]).null_count)
