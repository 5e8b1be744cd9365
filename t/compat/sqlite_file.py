import sqlite3

con = sqlite3.connect("shop.db")
con.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL)")
con.executemany("INSERT INTO item (name, price) VALUES (?, ?)",
                [("pen", 1.5), ("book", 12), ("lamp", 30.25)])
con.commit()
for row in con.execute("SELECT name, price FROM item WHERE price > ?", (5,)):
    print(row)
con.close()
con = sqlite3.connect("shop.db")
print(con.execute("SELECT COUNT(*), SUM(price) FROM item").fetchone())
con.close()
