import contextlib
import importlib.util

with contextlib.suppress(ImportError):
    import no_such_module
if importlib.util.find_spec("no_such_other"):
    import no_such_other
print("done")
