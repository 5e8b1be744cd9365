import numpy as np
import statsmodels.api as sm
import statsmodels.formula.api as smf
import pandas as pd

x = np.arange(20.0)
df = pd.DataFrame({"x": x, "y": 2 * x + np.sin(x)})
r = smf.ols("y ~ x", df).fit()
print(r.params.round(4), r.summary().tables[1])
print(sm.OLS(df.y, sm.add_constant(x)).fit().rsquared.round(6))
