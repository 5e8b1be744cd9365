import pandas as pd
import plotly.express as px

df = pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2], "c": list("aba")})
fig = px.scatter(df, x="x", y="y", color="c")
print([t.name for t in fig.data], fig.layout.xaxis.title.text)
fig.write_html("px.html", full_html=False, div_id="px")
