x = 1234567.891
print(f"{x:,.2f} {x:e} {x:>20.1f}| {x:<15g}| {x:+.0f} {0.256:.1%}")
print(f"{255:#x} {255:08b} {255:o} {'mid':*^9} {1e100} {1e-7} {float('nan')}")
name = "val"
print(f"{name!r:>8} {x=:.1f} {'nested ' + str(1)}", "%05d|%-6s|%.3f" % (42, "a", x))
print("{0} {1} {0} {k}".format("a", "b", k=3), str(1.0), repr(0.1), 1e16, -0.0)
