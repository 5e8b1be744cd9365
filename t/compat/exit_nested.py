try:
    try:
        raise SystemExit(7)
    except SystemExit as e:
        print("caught", e.code)
        raise
finally:
    print("cleaning up")
