import pickle
from copy import deepcopy
from dataclasses import dataclass, field


@dataclass
class Node:
    name: str
    children: list = field(default_factory=list)


tree = Node("root", [Node("a"), Node("b", [Node("c")])])
again = pickle.loads(pickle.dumps(tree))
print(again == tree, again is tree, deepcopy(tree) == tree)
print(again)
