import matplotlib.pyplot as plt
from matplotlib.backends.backend_pdf import PdfPages

with PdfPages("two.pdf") as pdf:
    for i in range(2):
        plt.figure()
        plt.plot([i, 1])
        pdf.savefig()
        plt.close()
