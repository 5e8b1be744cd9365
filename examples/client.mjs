// Runs a script, prints what comes while it runs, and saves its plot.
//
// Usage: node client.mjs [http://127.0.0.1:8080]

import { writeFile } from "node:fs/promises";
import { basename } from "node:path";

const server = process.argv[2] ?? "http://127.0.0.1:8080";

const code = `
import matplotlib.pyplot as plt
import time

for n in range(3):
    print("step", n)
    time.sleep(0.1)

plt.plot([1, 4, 9])
plt.savefig("squares.png")
`;

// The events of a run: { event: "stdout", data: { attempt: 1, data: "…" } }

async function* events(fields) {
    const answer = await fetch(`${server}/api/execute-code`, {
        method: "POST",
        headers: { Accept: "application/x-ndjson" },
        body: JSON.stringify(fields),
    });

    if (!answer.ok) {
        throw new Error(`${answer.status}: ${(await answer.json()).detail}`);
    }

    let rest = "";

    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop();

        for (const line of lines) {
            if (line) {                            // else it is a heartbeat
                yield JSON.parse(line);
            }
        }
    }
}

let result;

for await (const { event, data } of events({ session_id: "demo", code })) {
    switch (event) {
    case "stdout":
        process.stdout.write(data.data);
        break;
    case "stderr":
        process.stderr.write(data.data);
        break;
    case "error":
        throw new Error(data.detail);
    case "result":
        result = data;
    }
}

if (!result) {
    throw new Error("the connection was lost");
}

console.log("status:", result.status, ...result.hints);

for (const { path, url } of result.created_files) {
    const file = await fetch(server + url);
    await writeFile(basename(path), file.body);
    console.log("saved", basename(path));
}
