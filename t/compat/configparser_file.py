import configparser

c = configparser.ConfigParser()
c["server"] = {"host": "localhost", "port": "8080", "debug": "yes"}
with open("app.ini", "w") as f:
    c.write(f)
d = configparser.ConfigParser()
print(d.read(["app.ini", "missing.ini"]))
print(d.getint("server", "port"), d.getboolean("server", "debug"))
d.get("server", "nope")
