try:
    import no_such_module
except ImportError as e:
    print("without it:", e)
