import array
import bisect
import heapq
from collections import ChainMap, Counter, OrderedDict, deque

a = array.array("d", [1.5, 2.5])
a.append(3)
print(a, a.tobytes()[:8], bisect.bisect([1, 3, 5], 4))
h = [5, 1, 4]
heapq.heapify(h)
print(heapq.heappop(h), heapq.nlargest(2, h))
print(Counter("mississippi").most_common(2), deque([1, 2, 3], maxlen=2))
print(OrderedDict(a=1), ChainMap({"a": 1}, {"b": 2})["b"])
