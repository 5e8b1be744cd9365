import os
import sys

for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.name, stream.mode, stream.isatty(), stream.fileno(),
          stream.encoding, stream.errors, stream.line_buffering)
print(sys.stdout.seekable(), sys.stdout.writable(), sys.stdout.newlines)
print(type(sys.stdout), type(sys.stdout.buffer), type(sys.stdout.buffer.raw))
try:
    os.get_terminal_size()
except OSError as e:
    print(e.strerror)
