import io

import lxml
import pandas as pd

page = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>x</td></tr></table>"
print(pd.read_html(io.StringIO(page))[0])
