import runpy

open("made_script.py", "w").write("x = 6 * 7\nprint(__name__, x)\n")
result = runpy.run_path("made_script.py", run_name="__main__")
print(result["x"])
