import pandas as pd

i = pd.date_range("2024-01-30", periods=6, freq="D", tz="Europe/Madrid")
s = pd.Series(range(6), index=i)
print(s, s.rolling(3).mean(), s.resample("ME").sum(), sep="\n")
print(pd.to_datetime("31/12/2023", dayfirst=True), pd.Timedelta("1d 2h"))
pd.to_datetime("not a date")
