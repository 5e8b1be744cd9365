import resource
import time

usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_maxrss > 0, time.process_time() > 0)
start = time.perf_counter()
print(time.perf_counter() - start < 5, time.monotonic() > 0)
