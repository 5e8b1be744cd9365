#!/bin/bash

# Puts a file into a session, runs a script on it, prints what comes while it
# runs, and saves its plot.  Needs curl and jq.
#
# Usage: curl.sh [http://127.0.0.1:8080]

set -euo pipefail

server=${1:-http://127.0.0.1:8080}

curl -sSf -T - "$server/api/files/demo/uploads/sales.csv" <<'END'
day,sales
1,4
2,8
END

# The answer is one line of JSON for each event; without "Accept", it is the
# data of the last one, "result".

jq -Rs '{session_id: "demo", code: .}' <<'END' \
    | curl -sSfN "$server/api/execute-code" -H 'Accept: application/x-ndjson' \
        -d @- \
    | tee events.jsonl \
    | jq -j --unbuffered 'select(.event == "stdout").data.data'
import pandas as pd
import matplotlib.pyplot as plt

sales = pd.read_csv("session/uploads/sales.csv")
print(sales)
sales.plot(x="day")
plt.savefig("plot.png")
int(sales["sales"].sum())
END

jq 'select(.event == "result").data | {status, result, hints}' events.jsonl

for url in $(jq -r 'select(.event == "result").data.created_files[].url' \
    events.jsonl)
do
    curl -sSfO "$server$url"
    echo "saved ${url##*/}"
done

# what runs have made stays for a day, or until this

curl -sSf -X DELETE "$server/api/code-cleanup/demo"
