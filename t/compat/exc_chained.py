def load():
    raise KeyError("missing")


try:
    try:
        load()
    except KeyError as e:
        raise ValueError("bad config") from e
except ValueError:
    x = [][1]
