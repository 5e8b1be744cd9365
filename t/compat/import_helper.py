with open("made_helper.py", "w") as f:
    f.write("def double(x):\n    return x * 2\n")

import made_helper

print(made_helper.double(21), made_helper.__name__)
print(made_helper.__file__.endswith("made_helper.py"))
