import json

data = {"name": "Zoë", "tags": ["a", "b"], "nested": {"pi": 3.14159},
        "none": None, "yes": True}
with open("d.json", "w") as f:
    json.dump(data, f, indent=2, sort_keys=True)
with open("d.json") as f:
    print(json.load(f) == data)
print(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
