try:
    x = [0] * (1 << 40)
except MemoryError as e:
    print("MemoryError", e)
