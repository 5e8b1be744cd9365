import plotly.graph_objects as go

fig = go.Figure(go.Bar(x=["a", "b"], y=[1, 3]))
fig.update_layout(title="barras")
fig.write_html("bar.html", include_plotlyjs="cdn", div_id="bar")
print(fig.to_json()[:60], len(fig.data))
