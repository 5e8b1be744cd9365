import json
from datetime import date, datetime
from decimal import Decimal


class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, (date, datetime)):
            return o.isoformat()
        if isinstance(o, Decimal):
            return str(o)
        return super().default(o)


print(json.dumps({"d": date(2024, 2, 29), "t": datetime(2024, 1, 1, 12),
                  "n": Decimal("1.10")}, cls=Encoder))
print(json.loads('{"n": 1.10}', parse_float=Decimal))
