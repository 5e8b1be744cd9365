import calendar
import sched
import time

print(calendar.month(2024, 2))
print(calendar.isleap(1900), calendar.monthrange(2023, 2))
s = sched.scheduler(time.monotonic, time.sleep)
s.enter(0.01, 1, print, ("later",))
s.enter(0, 1, print, ("now",))
s.run()
