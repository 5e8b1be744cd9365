from tqdm import trange

for i in trange(3, bar_format="{l_bar}{n_fmt}/{total_fmt}", mininterval=0):
    pass
