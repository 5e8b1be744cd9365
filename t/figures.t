use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: the seed's second example
--- preload: numpy,pandas,matplotlib.pyplot
--- request eval
["POST /api/execute-code\n" . '{"session_id": "csv", "code": "open(\"session/x\")"}',
 "POST /api/execute-code\n" . '{"session_id": "csv", "code": "import pandas as pd\nimport matplotlib.pyplot as plt\n\ndf = pd.DataFrame({\"value\": [1, 5, 2, 8]})\ndf[\"value\"].plot(kind=\"line\")\nplt.tight_layout()\nplt.savefig(\"serie.png\")\nprint(df.describe())\nprint(open(\"serie.png\", \"rb\").read(8))"}']
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"error"/, qr/"status":"ok","stdout":" +value\\ncount +4.0+\\n.*\\\\x89PNG.*"stderr":"".*"path":"code_exec\/[^"]*\/serie.png",[^}]*"image\/png"/]



=== TEST 2: show() saves, and figures left open are saved if nothing was
--- preload: matplotlib.pyplot
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"import matplotlib.pyplot as plt\\n$_\"}" }
 'plt.plot([1])\nplt.show()\nplt.plot([2])\nplt.show()', 'plt.plot([1])',
 'plt.plot([1])\nplt.savefig(\"a.png\")\nother = plt.figure()', 'plt.plot([1])\nplt.savefig(\"a.png\")\nplt.show()',
 'import matplotlib\nmatplotlib.use(\"Agg\")\nf, ax = plt.subplots()\nax.plot([1])\nf.show()']
--- error_code eval
[(200) x 5]
--- response_body_like eval
[qr/"status":"ok","stdout":"","stderr":"".*figure-1.png".*figure-2.png"(?!.*figure-3)/,
 qr/"status":"ok","stdout":"","stderr":"".*figure-1.png"/, qr/"created_files":\[\{"path":"[^"]*a.png"[^}]*\}\]/,
 qr/"created_files":\[\{"path":"[^"]*a.png"[^}]*\}\]/, qr/"status":"ok","stdout":"","stderr":"".*figure-1.png"/]



=== TEST 3: where matplotlib is not preloaded
--- request
POST /api/execute-code
{"code": "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()"}
--- response_body_like: "status":"ok".*figure-1.png"



=== TEST 4: scikit-learn asks which libraries have threads
--- preload: numpy
--- timeout: 30
--- request
POST /api/execute-code
{"code": "import numpy as np\nfrom sklearn.cluster import KMeans\nprint(KMeans(2, n_init=1).fit(np.eye(2)).inertia_)", "timeout_seconds": 25}
--- response_body_like: "status":"ok","stdout":"0\.0\\n"



=== TEST 5: after show(), savefig() has the figure, and its file only
--- preload: matplotlib.pyplot
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"import matplotlib.pyplot as plt\\nimport os\\nplt.plot([1, 2])\\n"
       . "plt.savefig('want.png')\\nplt.plot([2, 1])\\nplt.savefig('both.png')\\nplt.close()\\nplt.plot([1, 2])\\n"
       . "plt.show()\\n$_\\nread = lambda n: open(n + '.png', 'rb').read()\\n"
       . "print(read('plot') == read('want'), read('plot') == read('both'), sorted(n for n in os.listdir() if 'fig' in n))\"}" }
 "plt.savefig('plot.png')", "plt.gcf().savefig('plot.png')", "plt.savefig('figure-1.png')\\nos.rename('figure-1.png', 'plot.png')",
 "plt.plot([3])\\nplt.savefig('plot.png')", "plt.gcf().gca().plot([2, 1])\\nplt.savefig('plot.png')",
 "plt.plot([3])\\nplt.show()\\nplt.savefig('plot.png')"]
--- error_code eval
[(200) x 6]
--- response_body_like eval
[qr/"True False \[\]\\n"/, qr/"True False \[\]\\n"/, qr/"True False \[\]\\n"/, qr/"False False \['figure-1.png'\]\\n"/,
 qr/"False True \[\]\\n"/, qr/"False False \['figure-1.png'\]\\n"/]



=== TEST 6: the backends of windows and notebooks are Agg
--- preload: matplotlib.pyplot
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"import matplotlib\\n$_\\nimport matplotlib.pyplot as plt\\nplt.plot([1])\\n"
       . "plt.savefig('a.png')\\nprint(matplotlib.get_backend().lower())\"}" }
 "for n in 'TkAgg Qt5Agg QtAgg GTK3Agg MacOSX WebAgg nbAgg notebook widget inline'.split(): matplotlib.use(n)",
 "matplotlib.use('module://matplotlib_inline.backend_inline')",
 "import matplotlib.pyplot\\nmatplotlib.pyplot.switch_backend('TkAgg')",
 "matplotlib.use('svg')", "matplotlib.use('nonsense')"]
--- error_code eval
[(200) x 5]
--- response_body_like eval
[qr/"ok","stdout":"agg\\n"/, qr/"ok","stdout":"agg\\n"/, qr/"ok","stdout":"agg\\n"/, qr/"ok","stdout":"svg\\n"/,
 qr/"status":"error".*nonsense/]



=== TEST 7: as well where matplotlib is not preloaded
--- request
POST /api/execute-code
{"code": "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()"}
--- response_body_like: "status":"ok".*figure-1.png



=== TEST 8: a figure that can't be drawn is not tried again at exit; what else failed is
--- preload: matplotlib.pyplot
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"import matplotlib.pyplot as plt\\nplt.title('\$\\\\\\\\frac{\$')\\n$_\"}" }
 "plt.savefig('a.png')", "plt.show()", "try: plt.savefig('a.png')\\nexcept ValueError: plt.title('b')",
 "plt.title('b')\\nplt.savefig('none/a.png')"]
--- error_code eval
[(200) x 4]
--- response_body_like eval
[(qr/"stderr":"Traceback(?!.*Traceback.*"created_files").*ValueError.*"created_files":\[\]/) x 2,
 qr/"status":"ok","stdout":"","stderr":"",.*figure-1.png/, qr/FileNotFoundError.*figure-1.png/]



=== TEST 9: the cache directory is there, and goes
--- preload: matplotlib.pyplot
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import matplotlib, os, shutil\nfrom matplotlib.texmanager import TexManager\nfor d in matplotlib.get_cachedir(), matplotlib.get_configdir(): print(os.path.isdir(d), os.access(d, os.W_OK), d.startswith(os.getcwd()))\nTexManager()\nprint('tex.cache' in os.listdir(d))\nshutil.rmtree(d)"}
--- response_body_like: "status":"ok","stdout":"True True True\\nTrue True True\\nTrue\\n","stderr":"",.*"created_files":\[\]

