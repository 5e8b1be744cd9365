print("this is printed first")
x = 1 + 1


def use():
    import no_such_module
    return no_such_module


use()
