class Celsius:
    def __init__(self, t):
        self.t = t

    @property
    def t(self):
        return self._t

    @t.setter
    def t(self, value):
        if value < -273.15:
            raise ValueError("below absolute zero")
        self._t = value

    @classmethod
    def from_f(cls, f):
        return cls((f - 32) / 1.8)

    def __repr__(self):
        return f"{type(self).__name__}({self.t:.1f})"


print(Celsius.from_f(212))
Celsius(-300)
