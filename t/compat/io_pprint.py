from pprint import pformat, pprint

data = {"numbers": list(range(30)), "text": "word " * 20,
        "nested": {"a": {"b": {"c": [1, 2, {"d": None}]}}}}
pprint(data)
pprint(data, depth=2, compact=True, width=60)
print(pformat({"z": 1, "a": 2}, sort_dicts=False))
