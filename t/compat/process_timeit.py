import cProfile
import io
import pstats
import timeit

print(timeit.timeit("sum(range(10))", number=100) > 0)
p = cProfile.Profile()
p.enable()
sorted(range(100))
p.disable()
out = io.StringIO()
pstats.Stats(p, stream=out).sort_stats("cumulative").print_stats()
print("sorted" in out.getvalue())
