import contextlib
import io

out = io.StringIO()
with contextlib.redirect_stdout(out):
    print("captured", 1)
print(repr(out.getvalue()))
b = io.BytesIO(b"abc\ndef")
print(b.readline(), b.read(), b.getbuffer().nbytes)
t = io.TextIOWrapper(io.BytesIO(), encoding="utf-16")
t.write("hi")
t.flush()
print(t.buffer.getvalue())
