import random

random.seed(42)
print(random.random(), random.randint(1, 100), random.choice("abc"))
print(random.sample(range(50), 5), random.gauss(0, 1))
deck = list(range(10))
random.shuffle(deck)
print(deck, random.choices("xyz", weights=[5, 1, 1], k=6))
print(random.Random(7).uniform(0, 1), random.getrandbits(40))
