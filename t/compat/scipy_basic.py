import numpy as np
from scipy import integrate, interpolate, optimize, signal, stats

print(optimize.minimize(lambda x: (x[0] - 3) ** 2, [0]).x.round(4))
print(integrate.quad(np.sin, 0, np.pi), stats.norm.cdf(1.96))
print(stats.ttest_ind([1, 2, 3, 4], [2, 3, 4, 6]))
print(interpolate.interp1d([0, 1, 2], [0, 1, 4])(1.5), signal.find_peaks(
    [0, 2, 0, 3, 0])[0])
optimize.brentq(lambda x: x * x + 1, 0, 1)
