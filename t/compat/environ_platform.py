import os
import platform
import sys

print(sys.platform, os.name, platform.system(), platform.machine())
print(sys.version_info[:2], platform.python_implementation(), os.sep)
print(sys.byteorder, sys.maxsize, platform.python_version())
print(sys.executable.startswith("/"), sys.prefix == sys.base_prefix)
print(sys.flags.optimize, sys.flags.dev_mode, sys.getrecursionlimit())
