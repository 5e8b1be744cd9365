from tqdm import tqdm

total = 0
for i in tqdm(range(10), disable=True):
    total += i
print(total)
tqdm.write("written")
print(tqdm.format_meter(5, 10, 2))
