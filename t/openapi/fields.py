"""Compares openapi.json with what the sources know and the server answers.

Usage: fields.py openapi.json http://127.0.0.1:8080

In both directions: what one side has and the other has not is an error.
"""

import json
import pathlib
import re
import sys
import urllib.error
import urllib.request

import jsonschema_rs


CODE = """
import warnings

print(input())
warnings.warn("to stderr")
display(1)
open("a.txt", "w").write("x")
2
"""

RUNS = [
    {"code": CODE, "stdin": "x\n", "return_files": True},
    {"code": "np.zeros(1)"},
    {"code": "import nothing_of_this_name"},
    {"code": "import os"},
    {"code": "f("},
    {"code": "x = bytearray(1 << 40)"},
    {"code": "for n in range(101):\n    open(f'{n}', 'w').close()"},
]

# what answers have at times only: check_sources() compares a bundle's parts,
# and an error after the start comes where a process of the pool has died

RARE = {"Bundle", "Failure"}


def main(document, server):
    with open(document) as f:
        described = json.load(f)

    schemas = described["components"]["schemas"]
    check_sources(described)
    check_import(described)

    results = [ask(server, "POST", "/api/execute-code", run) for run in RUNS]
    stored = [ask(server, "GET", "/api/code-results/default/" + r["run_id"])
              for r in results]
    same("stored results", stored, results)

    answers = {
        "Result": results,
        "Event": events(server, RUNS[0]),
        "RunList": [ask(server, "GET", "/api/code-results/default")],
        "FileList": [ask(server, "GET", "/api/files/default/")],
        "FileItem": [ask(server, "PUT", "/api/files/default/f", "x")],
        "RemovedFiles": [ask(server, "DELETE", "/api/files/default/f")],
        "Cleanup": [ask(server, "DELETE", "/api/code-cleanup/default")],
        "Error": [ask(server, "POST", "/api/execute-code", {}, status=422)],
    }

    names = {e["event"] for e in answers["Event"]} | {"error"}
    same("events", names, set(schemas["Event"]["properties"]["event"]["enum"]))

    close(schemas)
    seen = {}

    for name, values in answers.items():
        schema = {"$ref": f"#/components/schemas/{name}"}
        validator = jsonschema_rs.Draft202012Validator(whole(schema, schemas))

        for value in values:
            validator.validate(value)
            collect(schema, value, schemas, seen)

    objects = {name for name, s in schemas.items() if "properties" in s}
    same("objects", set(seen) | RARE, objects - {"ExecuteRequest"})

    for name in sorted(set(seen) - RARE):
        same(f"fields of {name}", seen[name],
             set(schemas[name]["properties"]))

    print(f"{len(seen)} kinds of objects are as described")


def same(what, one, other):
    if one != other:
        difference = one ^ other if isinstance(one, set) else (one, other)
        sys.exit(f"openapi.json, {what}: only one side has {difference}")


def check_sources(described):
    """Compares names in the sources with those described."""

    sources = {path.name: path.read_text()
               for path in pathlib.Path("src").glob("*/*.c")}
    schemas = described["components"]["schemas"]

    def names(pattern, source=None):
        text = sources[source] if source else "".join(sources.values())
        return set(re.findall(pattern, text))

    same("fields of requests",
         names(r'\{ "(\w+)", PYEXEC_', "pyexec_member.c"),
         set(schemas["ExecuteRequest"]["properties"]))

    same("parts of bundles",
         names(r'\{ "([\w/+-]+)", PYEXEC_BUNDLE_', "pyexec_bundle.c"),
         set(schemas["Bundle"]["properties"]))

    same("arguments of queries",
         names(r'ngx_http_arg\(r, \(u_char \*\) "(\w+)"'),
         {parameter["name"] for _, _, operation in operations(described)
          for parameter in operation.get("parameters", [])
          if parameter["in"] == "query"})

    # statuses of files; a precondition is nothing that a list has

    jobs = {"list_files": "FILES", "read_file": "OPEN", "write_file": "PUT",
            "remove_file": "DELETE"}
    errors = re.findall(r'\{ (?:PYEXEC_MSG_)?(\w+), (\w+), (\d+), "',
                        sources["pyexec_serve_file.c"])

    for _, _, operation in operations(described):
        name = operation["operationId"]

        if name in jobs:
            statuses = {status for job, error, status in errors
                        if job in ("0", jobs[name]) and error != "ECANCELED"}
            same("statuses of " + name, statuses - set(operation["responses"]),
                 set())

    # some fields are written by other calls, so only one direction

    written = names(r'pyexec_(?:json|result)_\w+\([\w.]+,\s*"(\w+)"')
    unknown = written - set().union(*fields(schemas))
    same("fields of answers", unknown, set())


def fields(schema):
    """Yields the names that any object in the schema can have."""

    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield set(schema["properties"])

        schema = list(schema.values())

    if isinstance(schema, list):
        for value in schema:
            yield from fields(value)


def operations(described):
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def check_import(described):
    """Checks what Open WebUI and its like need to make tools of it.

    They take operations only, do not resolve references to parameters, or
    those behind "anyOf" in a body, and know one type for a parameter.
    """

    ids = []

    for path, method, operation in operations(described):
        assert isinstance(operation, dict), f"{path} has common {method}"
        ids.append(operation["operationId"])
        assert operation["description"], f"{method} {path}: no description"

        for parameter in operation.get("parameters", []):
            assert isinstance(parameter["schema"]["type"], str), parameter
            assert parameter["description"], parameter

    assert len(set(ids)) == len(ids), f"not unique: {ids}"

    for name, field in described["components"]["schemas"]["ExecuteRequest"][
            "properties"].items():
        assert "$ref" not in json.dumps(field), f"{name} has a reference"
        assert field["description"], f"{name}: no description"


def ask(server, method, path, body=None, status=None):
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)

    request = urllib.request.Request(server + path, method=method,
                                     data=body and body.encode())

    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as e:
        if e.code != status:
            raise
        return json.load(e)


def events(server, run):
    request = urllib.request.Request(
        server + "/api/execute-code", data=json.dumps(run).encode(),
        headers={"Accept": "application/x-ndjson"})

    with urllib.request.urlopen(request) as answer:
        return [json.loads(line) for line in answer if line.strip()]


def close(schemas):
    """Lets objects have no other fields than those that are described."""

    stack = list(schemas.values())

    while stack:
        schema = stack.pop()

        if "properties" in schema:
            schema.setdefault("additionalProperties", False)

        stack += [v for v in schema.values() if isinstance(v, dict)]
        stack += [v for values in schema.values() if isinstance(values, list)
                  for v in values if isinstance(v, dict)]


def collect(schema, value, schemas, seen):
    """Notes the fields that objects of each described kind have."""

    for one in schema.get("anyOf", []) + schema.get("oneOf", []):
        if jsonschema_rs.is_valid(whole(one, schemas), value):
            collect(one, value, schemas, seen)

    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]

        if isinstance(value, dict):
            seen.setdefault(name, set()).update(value)

        collect(schemas[name], value, schemas, seen)

    elif isinstance(value, list):
        for item in value:
            collect(schema.get("items", {}), item, schemas, seen)

    elif isinstance(value, dict):
        for key, field in value.items():
            collect(schema.get("properties", {}).get(key, {}), field, schemas,
                    seen)


def whole(schema, schemas):
    return {"allOf": [schema], "components": {"schemas": schemas}}


if __name__ == "__main__":
    main(*sys.argv[1:])
