import numpy as np
from scipy import linalg, ndimage, sparse, spatial

m = sparse.csr_matrix(([1, 2, 3], ([0, 1, 2], [2, 0, 1])))
print(m.toarray(), m.nnz, linalg.det(np.array([[1, 2], [3, 4]])))
print(ndimage.gaussian_filter(np.eye(3), 1).round(3))
print(spatial.KDTree([[0, 0], [1, 1]]).query([0.9, 0.9]))
