import base64
import io

import matplotlib.pyplot as plt

plt.plot([1, 2])
b = io.BytesIO()
plt.savefig(b, format="png")
print(b.getvalue()[:8], len(base64.b64encode(b.getvalue())))
plt.close("all")
