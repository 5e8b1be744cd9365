import csv

sample = "a;b;c\n1;2;3\n4;5;6\n"
dialect = csv.Sniffer().sniff(sample)
print(repr(dialect.delimiter), csv.Sniffer().has_header(sample))
print(list(csv.reader(sample.splitlines(), dialect)))
try:
    list(csv.reader(["a\0b"], strict=True))
except csv.Error as e:
    print(e)
