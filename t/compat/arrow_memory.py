import pyarrow.dataset as ds

block = bytearray(1 << 30)
print(len(block), ds.__name__)
