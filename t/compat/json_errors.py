import json

for text in ('{"a": 1,}', "[1, 2", "nope", "", '{"a": NaN}'):
    try:
        print(json.loads(text))
    except json.JSONDecodeError as e:
        print(repr(text), e.msg, e.lineno, e.colno)
json.dumps({"when": object})
