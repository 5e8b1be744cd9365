from datetime import date, datetime, timedelta, timezone

d = datetime(2024, 2, 29, 13, 5, 9)
print(d, repr(d), d.isoformat(), d.strftime("%A %d %B %Y %I:%M %p %j %U"))
print(d + timedelta(days=366, hours=12), date(2024, 12, 31) - date(2024, 1, 1))
print(datetime.strptime("31/12/23 23:59", "%d/%m/%y %H:%M"))
print(datetime.fromisoformat("2024-01-01T10:00:00+02:00").astimezone(
    timezone.utc), d.weekday(), d.isocalendar())
date(2023, 2, 29)
