class Noisy:
    def __del__(self):
        raise RuntimeError("in __del__")


n = Noisy()
del n
print("goes on")
