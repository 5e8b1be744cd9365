"""This module explains itself."""
from __future__ import annotations

print(__doc__)
x: int = 3
print(__annotations__, "annotations" in dir())
