raise ValueError("x" * 3000 + " end")
