import ctypes

libc = ctypes.CDLL(None)
print(libc.abs(-3), ctypes.sizeof(ctypes.c_long))
print(ctypes.string_at(b"abc"), (ctypes.c_int * 3)(1, 2, 3)[1])
