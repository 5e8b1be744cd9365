from datetime import datetime

import pytz

t = pytz.timezone("America/Lima").localize(datetime(2024, 7, 1, 12))
print(t, t.astimezone(pytz.utc), t.astimezone(pytz.timezone("Asia/Tokyo")))
pytz.timezone("Nowhere/Land")
