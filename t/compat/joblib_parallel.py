from joblib import Parallel, delayed

print(Parallel(n_jobs=2, prefer="threads")(
    delayed(pow)(i, 2) for i in range(5)))
