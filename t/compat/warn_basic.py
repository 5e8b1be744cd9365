import warnings

warnings.warn("first")
for i in range(3):
    warnings.warn("said once", DeprecationWarning)
warnings.simplefilter("always")
for i in range(2):
    warnings.warn(f"number {i}", RuntimeWarning)
