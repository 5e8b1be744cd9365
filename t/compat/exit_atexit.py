import atexit


@atexit.register
def bye():
    print("bye")


atexit.register(print, "first registered is last")
print("working")
raise ValueError("with a traceback before")
