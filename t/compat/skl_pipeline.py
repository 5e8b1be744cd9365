import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x = np.random.default_rng(0).normal(size=(60, 4))
y = (x[:, 0] > 0).astype(int)
print(KMeans(2, n_init=2, random_state=0).fit(x).inertia_.round(6))
p = make_pipeline(StandardScaler(), PCA(3),
                  RandomForestClassifier(10, random_state=0, n_jobs=-1))
print(p.fit(x, y).score(x, y), p)
KMeans(100).fit(x)
