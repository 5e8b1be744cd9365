def fail(n):
    raise ValueError(n)


errors = []
for i in range(3):
    try:
        fail(i)
    except ValueError as e:
        errors.append(e)
try:
    raise ExceptionGroup("several", errors + [TypeError("t")])
except* TypeError as g:
    print(g.exceptions)
