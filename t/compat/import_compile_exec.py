code = compile("y = x ** 2", "<string>", "exec")
space = {"x": 9}
exec(code, space)
print(space["y"], eval("1 + 2 * 3"), type(code).__name__)
from re import compile

print(compile(r"\d+").findall("a1b22"))
exec("def f():\n    raise ValueError('inside exec')\nf()")
