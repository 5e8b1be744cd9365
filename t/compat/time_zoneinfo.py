from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

madrid, ny = ZoneInfo("Europe/Madrid"), ZoneInfo("America/New_York")
t = datetime(2024, 3, 30, 12, tzinfo=madrid)
print(t, t.astimezone(ny), t + timedelta(days=1), t.tzname())
print(datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=madrid).utcoffset())
print("Asia/Tokyo" in available_timezones())
ZoneInfo("Not/AZone")
