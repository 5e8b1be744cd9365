from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split

x, y = load_iris(return_X_y=True)
a, b, c, d = train_test_split(x, y, random_state=0)
m = LogisticRegression(max_iter=500).fit(a, c)
print(m.score(b, d), classification_report(d, m.predict(b)))
