#!/usr/bin/env python3
"""Runs a script on a file, prints what comes while it runs, saves its plot.

Usage: client.py [http://127.0.0.1:8080]
"""

import base64
import json
import sys
import urllib.error
import urllib.request

SERVER = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"

CODE = """
import pandas as pd
import matplotlib.pyplot as plt

sales = pd.read_csv("sales.csv")
print(sales)
sales.plot(x="day")
plt.savefig("sales.png")
int(sales["sales"].sum())
"""


def events(fields):
    """Sends a run, and yields the name and the data of each event."""

    request = urllib.request.Request(
        SERVER + "/api/execute-code", data=json.dumps(fields).encode(),
        headers={"Accept": "application/x-ndjson"})

    with urllib.request.urlopen(request) as answer:
        for line in answer:
            if line.strip():                       # else it is a heartbeat
                event = json.loads(line)
                yield event["event"], event["data"]


def main():
    files = {"sales.csv": base64.b64encode(b"day,sales\n1,4\n2,8\n").decode()}
    result = None

    for name, data in events({"session_id": "demo", "code": CODE,
                              "files": files}):
        if name in ("stdout", "stderr"):
            print(data["data"], end="", flush=True, file=getattr(sys, name))
        elif name == "error":
            sys.exit(data["detail"])
        elif name == "result":
            result = data

    if result is None:
        sys.exit("the connection was lost")

    print("status:", result["status"], *result["hints"])
    print("value:", result["result"] and result["result"]["text/plain"])

    for file in result["created_files"]:
        name = file["path"].rpartition("/")[2]
        urllib.request.urlretrieve(SERVER + file["url"], name)
        print("saved", name)


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as e:
        sys.exit(f"{e}: {json.load(e)['detail']}")
