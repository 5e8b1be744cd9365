import plotly.graph_objects as go

go.Figure(go.Scatter(y=[1, 2])).write_image("a.png")
