try:
    raise KeyboardInterrupt
except KeyboardInterrupt:
    print("stopped by the user")
