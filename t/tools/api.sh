#!/bin/sh

# Lints openapi.json, compares it with what the server of conf.example takes and
# gives, has the server tried with requests that are made from it, and runs the
# examples.  "make api" and "make test" set the environment.

set -eu

fail() {
    echo "$1" >&2
    exit 1
}

# the tools, in a Python environment that holds node, too

tools=$PWD/build/openapi
export PATH="$tools/bin:$PATH"

if ! [ "$tools/installed" -nt t/openapi/requirements.txt ]; then
    {
        /usr/bin/python3 -m venv --clear "$tools" \
        && pip install -q --only-binary :all: -r t/openapi/requirements.txt \
        && NODE_OPTIONS=--use-system-ca npm install --silent \
            --prefix "$tools" @stoplight/spectral-cli@6.16.3 \
        && touch "$tools/installed"
    } || fail "openapi.json is not tested: its tools, from PyPI and npm, can't \
be installed"
fi

# conf.example's server

work=$(mktemp -d "${TMPDIR:-/tmp}/pyexec-api.XXXXXX")
server=
trap '[ -z "$server" ] || { kill -TERM $server; wait $server; } || true
      rm -rf "$work"' EXIT

export PORT="${TEST_NGINX_PORT:-1984}"
url=http://127.0.0.1:$PORT

: > "$work/log"
WORKSPACE=$work/workspace sh t/tools/run.sh > "$work/log" 2>&1 &
server=$!

until grep -q 'until Ctrl-C' "$work/log"; do
    if ! kill -0 $server 2>/dev/null; then
        cat "$work/log"
        exit 1
    fi
    sleep 0.1
done

# the description

spectral=$tools/node_modules/.bin/spectral
"$spectral" lint --fail-severity hint --ruleset t/openapi/spectral.yaml \
    openapi.json
echo

curl -sf "$url/openapi.json" | cmp - openapi.json

python t/openapi/fields.py openapi.json "$url"

here=$PWD

# in $work, where it leaves a cache

(cd "$work" && schemathesis \
    --config-file "$here/t/openapi/schemathesis.toml" run "$here/openapi.json" \
    --url "$url" --max-examples "${EXAMPLES:-20}" --workers 1 > report) \
    || { cut -c1-200 "$work/report"; fail "the server is not as described"; }

grep ' generated, ' "$work/report"

# the examples, each in a directory of its own, where it saves a plot

example() {
    mkdir "$work/$1"
    name=$1
    plot=$2
    shift 2
    (cd "$work/$name" && "$@" "$url" > output) || fail "examples/$name failed"
    printf '\211PNG' | cmp -n 4 - "$work/$name/$plot" \
        || fail "examples/$name saved no plot"
}

# prints what the example has printed, unless that has the lines

prints() {
    for line; do
        grep -qxF "$line" "$work/$name/output" || {
            cat "$work/$name/output"
            fail "examples/$name did not print: $line"
        }
    done
}

example curl.sh plot.png bash "$here/examples/curl.sh"
prints '1    2      8' '  "status": "ok",' '    "text/plain": "12"' \
    'saved plot.png'

example client.py sales.png /usr/bin/python3 "$here/examples/client.py"
prints '1    2      8' 'status: ok' 'value: 12' 'saved sales.png'

example client.mjs squares.png node "$here/examples/client.mjs"
prints 'step 0' 'step 1' 'step 2' 'status: ok' 'saved squares.png'

echo "the examples do what they say"
