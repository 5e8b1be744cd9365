import time
from datetime import datetime

print(time.tzname, time.timezone, time.daylight)
print(time.localtime(0).tm_hour, time.strftime("%Z %z", time.localtime(1.72e9)))
print(datetime.fromtimestamp(1.7e9), datetime.fromtimestamp(0).astimezone())
print(time.ctime(0), time.mktime((2024, 7, 1, 0, 0, 0, 0, 0, -1)))
