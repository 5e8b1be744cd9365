class Dog:
    def __init__(self):
        self.name = "Rex"

    def speak(self):
        return self.nme


Dog().speak()
