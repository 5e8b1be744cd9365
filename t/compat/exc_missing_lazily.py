def plot():
    import no_such_plots
    return no_such_plots


print("never called")
if False:
    import no_such_thing
