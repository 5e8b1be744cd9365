from datetime import datetime

from dateutil import parser, relativedelta, rrule

print(parser.parse("3rd of March 2024 5pm"))
print(datetime(2024, 1, 31) + relativedelta.relativedelta(months=1))
print(list(rrule.rrule(rrule.WEEKLY, count=2, dtstart=datetime(2024, 1, 1))))
