import sqlite3

db = sqlite3.connect(":memory:")
db.row_factory = sqlite3.Row
db.executescript("""
    CREATE TABLE a (k TEXT UNIQUE, v INT);
    INSERT INTO a VALUES ('x', 1), ('y', 2);
""")
row = db.execute("SELECT * FROM a WHERE k = 'y'").fetchone()
print(row.keys(), tuple(row), row["v"])
try:
    with db:
        db.execute("INSERT INTO a VALUES ('z', 3)")
        db.execute("INSERT INTO a VALUES ('x', 9)")
except sqlite3.IntegrityError as e:
    print(e)
print(db.execute("SELECT COUNT(*) FROM a").fetchone()[0])
db.create_function("double", 1, lambda v: v * 2)
print(db.execute("SELECT double(v) FROM a").fetchall())
db.execute("SELECT * FROM nope")
