import io
import traceback


def inner():
    return 1 / 0


try:
    inner()
except ZeroDivisionError:
    traceback.print_exc()
    text = traceback.format_exc()
    print(len(text.splitlines()), text.splitlines()[-1])
out = io.StringIO()
traceback.print_stack(file=out)
print(out.getvalue())
