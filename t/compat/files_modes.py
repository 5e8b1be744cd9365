for mode in ("x", "x", "r", "w+", "a+", "rb+", "q"):
    try:
        with open("f", mode) as f:
            print(mode, f.mode, f.readable(), f.writable(), f.seekable())
    except (OSError, ValueError) as e:
        print(mode, type(e).__name__, e)
