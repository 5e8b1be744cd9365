open("made_broken.py", "w").write("def f():\n    return 1 / 0\n")
import made_broken

made_broken.f()
