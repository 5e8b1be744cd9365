import sqlite3

con = sqlite3.connect("wal.db")
print(con.execute("PRAGMA journal_mode=WAL").fetchone()[0])
con.execute("CREATE TABLE t (n INT)")
with con:
    con.executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(1000)])
print(con.execute("SELECT SUM(n) FROM t").fetchone())
con.close()
