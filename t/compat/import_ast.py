import ast

tree = ast.parse("def f(x):\n    return x + 1\n")
print(ast.dump(tree.body[0].args), ast.unparse(tree))
print(ast.literal_eval("{'a': [1, 2.5, None]}"))
ast.literal_eval("__import__('os')")
