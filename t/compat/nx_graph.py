import matplotlib.pyplot as plt
import networkx as nx

g = nx.Graph([(1, 2), (2, 3), (3, 4), (1, 4), (4, 5)])
print(g, nx.shortest_path(g, 1, 5), sorted(nx.degree(g)), nx.density(g))
print({k: round(v, 4) for k, v in nx.pagerank(g).items()})
nx.draw(g, nx.circular_layout(g), with_labels=True)
plt.savefig("graph.png")
try:
    nx.shortest_path(g, 1, 99)
except nx.NodeNotFound as e:
    print(e)
