"""As the module of the embedded interpreter, which is in C."""

import io
from builtins import print


class Writer(io.BufferedWriter):

    def write(self, data):
        written = super().write(data)
        self.flush()
        return written
