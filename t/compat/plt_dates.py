from datetime import datetime

import matplotlib.dates as mdates
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([datetime(2024, m, 1) for m in (1, 4, 9)], [1, 2, 3])
ax.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
fig.autofmt_xdate()
fig.savefig("dates.png")
