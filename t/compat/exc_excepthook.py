import sys


def hook(kind, value, tb):
    print(f"hook: {kind.__name__}: {value} at line {tb.tb_lineno}")


sys.excepthook = hook
raise ValueError("handled by the hook")
