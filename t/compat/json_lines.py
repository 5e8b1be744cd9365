import json

records = [{"id": i, "square": i * i} for i in range(4)]
with open("r.jsonl", "w") as f:
    for r in records:
        f.write(json.dumps(r) + "\n")
with open("r.jsonl") as f:
    print(sum(json.loads(line)["square"] for line in f))
