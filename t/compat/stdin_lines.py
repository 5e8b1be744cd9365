import sys

n = int(input())
rows = [list(map(int, input().split())) for _ in range(n)]
print(sum(map(sum, rows)))
for line in sys.stdin:
    print(line.strip()[::-1])
