class InsufficientFunds(Exception):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.need, self.have = need, have


class Account:
    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(amount, self.balance)
        self.balance -= amount


a = Account(10)
try:
    a.withdraw(20)
except InsufficientFunds as e:
    print(repr(e), e.args, e.need - e.have)
a.withdraw(30)
