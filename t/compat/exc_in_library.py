import json

json.loads("{'single': 1}")
