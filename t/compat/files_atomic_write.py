import json
import os
import tempfile


def save(path, data):
    directory = os.path.dirname(os.path.abspath(path))
    fd, temporary = tempfile.mkstemp(dir=directory)
    with os.fdopen(fd, "w") as f:
        json.dump(data, f)
        f.flush()
        os.fsync(f.fileno())
    os.replace(temporary, path)


save("state.json", {"step": 1})
save("state.json", {"step": 2})
print(open("state.json").read())
