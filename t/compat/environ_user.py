import getpass
import os
import pwd

print(getpass.getuser(), os.getuid() == os.geteuid())
print(pwd.getpwuid(os.getuid()).pw_uid == os.getuid())
