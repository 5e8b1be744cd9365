import numpy as np

a = np.eye(3) * 1.5
np.save("a.npy", a)
np.savez("b.npz", first=a, second=np.arange(4))
np.savetxt("c.csv", a, delimiter=",", fmt="%.2f", header="x,y,z")
print(np.load("a.npy").sum(), sorted(np.load("b.npz")))
print(np.loadtxt("c.csv", delimiter=","), open("c.csv").readline())
m = np.memmap("m.dat", dtype="int32", mode="w+", shape=(2, 2))
m[:] = 7
m.flush()
print(np.genfromtxt(["1,2", "3,x"], delimiter=","))
