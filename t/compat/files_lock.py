import fcntl

with open("lock", "w") as f:
    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print("locked")
    fcntl.flock(f, fcntl.LOCK_UN)
with open("lock", "r+") as f:
    fcntl.lockf(f, fcntl.LOCK_EX)
    print("locked again")
