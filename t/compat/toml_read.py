import tomllib

text = '''
title = "example"
[owner]
born = 1979-05-27T07:32:00Z
ports = [8000, 8001]
'''
print(tomllib.loads(text))
tomllib.loads("a = ")
