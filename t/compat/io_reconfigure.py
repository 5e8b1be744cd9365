import sys

sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
print("reconfigured: ñ €")
sys.stdout.reconfigure(errors="replace", encoding="ascii")
print("now ñ €")
sys.stderr.reconfigure(encoding="utf-8")
print("errors too", file=sys.stderr)
