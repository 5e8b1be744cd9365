import subprocess

subprocess.run(["echo", "hi"])
