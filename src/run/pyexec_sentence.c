
#include <stdarg.h>
#include <stdio.h>

#include "base/pyexec_json.h"
#include "run/pyexec_sentence.h"
#include "wire/pyexec_wire.h"


#define PYEXEC_MAX_SENTENCE 4096           /* bytes */


/* in Spanish, and in English */

static const char *const
    pyexec_sentences[PYEXEC_SENTENCES][PYEXEC_LANGUAGES] = {

    [PYEXEC_SAY_NOTHING] = {
        "El código no imprimió nada, no dejó archivos y no terminó en un "
        "valor: muestre el resultado con print().",
        "The code printed nothing, left no file and ended with no value: show "
        "the result with print()."
    },
    [PYEXEC_SAY_NO_FIGURE] = {
        "plt.show() no tenía ninguna figura abierta: dibuje antes de "
        "llamarla.",
        "plt.show() had no open figure: draw before you call it."
    },
    [PYEXEC_SAY_CUT] = {
        "La salida se cortó a los %s caracteres: imprima menos, o escríbala "
        "en un archivo.",
        "The output was cut at %s characters: print less, or write it to a "
        "file."
    },
    [PYEXEC_SAY_CUT_WHOLE] = {
        "La salida se cortó a los %s caracteres; entera está en %s.",
        "The output was cut at %s characters; the whole of it is in %s."
    },

    [PYEXEC_SAY_TIMEOUT] = {
        "La ejecución se detuvo a los %s s, el límite de la petición "
        "(timeout_seconds): haga menos trabajo, o pida más tiempo.",
        "The run was stopped after %s s, the limit of the request "
        "(timeout_seconds): do less work, or ask for more time."
    },
    [PYEXEC_SAY_CPU] = {
        "El límite de tiempo de procesador es de %s s, sumados todos los "
        "hilos: haga menos trabajo.",
        "The limit of processor time is %s s, over all threads: do less work."
    },
    [PYEXEC_SAY_MEMORY] = {
        "El límite de memoria es de %s: lea los datos por partes "
        "(chunksize), use tipos más pequeños y suelte lo que ya no use.",
        "The limit of memory is %s: read data in parts (chunksize), use "
        "smaller types, and let go of what is not used any more."
    },
    [PYEXEC_SAY_DISK] = {
        "Los archivos de esta ejecución pueden ocupar %s en total: escriba "
        "menos.",
        "The files of this run may take %s in all: write less."
    },
    [PYEXEC_SAY_FILE_SIZE] = {
        "Un archivo puede tener %s como máximo: escriba menos, o varios.",
        "A file may have %s at most: write less, or several."
    },
    [PYEXEC_SAY_FILES] = {
        "Una ejecución puede dejar %s archivos y directorios como máximo: "
        "escriba menos, o un archivo zip.",
        "A run may leave %s files and directories at most: write fewer, or a "
        "zip file."
    },
    [PYEXEC_SAY_OPEN_FILES] = {
        "Puede haber %s archivos abiertos a la vez como máximo: ciérrelos, "
        "con \"with open(...)\".",
        "There may be %s open files at a time at most: close them, by \"with "
        "open(...)\"."
    },
    [PYEXEC_SAY_OUTPUT] = {
        "La salida puede tener %s como máximo: imprima menos, o escriba en "
        "un archivo.",
        "The output may have %s at most: print less, or write to a file."
    },
    [PYEXEC_SAY_THREADS] = {
        "Puede haber %s hilos a la vez como máximo: use "
        "concurrent.futures.ThreadPoolExecutor con menos.",
        "There may be %s threads at a time at most: use "
        "concurrent.futures.ThreadPoolExecutor with fewer."
    },
    [PYEXEC_SAY_PROCESSES] = {
        "No se puede iniciar ningún proceso: use hilos "
        "(concurrent.futures.ThreadPoolExecutor, "
        "multiprocessing.pool.ThreadPool, joblib con prefer=\"threads\", "
        "n_jobs=1) y funciones de Python en lugar de órdenes.",
        "No process can be started: use threads "
        "(concurrent.futures.ThreadPoolExecutor, "
        "multiprocessing.pool.ThreadPool, joblib with prefer=\"threads\", "
        "n_jobs=1), and functions of Python instead of commands."
    },

    [PYEXEC_SAY_EARLIER] = {
        "El main.py de la ejecución anterior %s parece definir \"%s\", pero "
        "cada ejecución empieza sin lo que definieron las anteriores: repita "
        "aquí ese código (session/code_exec/%s/main.py).",
        "main.py of the earlier run %s seems to define \"%s\", but each run "
        "begins without what earlier ones have defined: repeat that code here "
        "(session/code_exec/%s/main.py)."
    },
    [PYEXEC_SAY_IPYTHON] = {
        "Esto no es IPython ni Jupyter: quite get_ipython().",
        "This is neither IPython nor Jupyter: remove get_ipython()."
    },
    [PYEXEC_SAY_UPLOAD] = {
        "El archivo está entre los subidos a la sesión: abra "
        "\"session/uploads/%s\".",
        "The file is among those uploaded to the session: open "
        "\"session/uploads/%s\"."
    },
    [PYEXEC_SAY_UPLOADS] = {
        "En session/uploads/ hay: %s.",
        "In session/uploads/ there are: %s."
    },
    [PYEXEC_SAY_NO_FILE] = {
        "El directorio de la ejecución empieza vacío: los archivos subidos "
        "están en session/uploads/, los de ejecuciones anteriores en "
        "session/code_exec/.",
        "The run's directory begins empty: uploaded files are in "
        "session/uploads/, those of earlier runs in session/code_exec/."
    },
    [PYEXEC_SAY_WRITE] = {
        "Sólo se puede escribir en el directorio de la ejecución: use una "
        "ruta relativa, como \"resultado.csv\". session/ sólo se puede leer.",
        "Only the run's directory can be written to: use a relative path, "
        "such as \"result.csv\". session/ can only be read."
    },
    [PYEXEC_SAY_WRITE_SESSION] = {
        "Sólo se puede escribir en el directorio de la ejecución, con una "
        "ruta relativa como \"resultado.csv\", y en session/, salvo en "
        "session/code_exec/.",
        "Only the run's directory can be written to, by a relative path such "
        "as \"result.csv\", and session/, but for session/code_exec/."
    },
    [PYEXEC_SAY_NETWORK] = {
        "No hay red: no se resuelven nombres ni se conecta a nada. Lea los "
        "datos de session/uploads/, o póngalos en el código.",
        "There is no network: no name is resolved, and nothing can be "
        "connected to. Read data from session/uploads/, or put it into the "
        "code."
    },
    [PYEXEC_SAY_CALLBACK] = {
        "C no puede llamar a funciones de Python (ctypes.CFUNCTYPE): haga ese "
        "trabajo en Python, o con numpy o scipy.",
        "C can't call functions of Python (ctypes.CFUNCTYPE): do that work in "
        "Python, or with numpy or scipy."
    },
    [PYEXEC_SAY_LINK] = {
        "No se pueden crear enlaces: copie el archivo con shutil.copy().",
        "Links can't be made: copy the file by shutil.copy()."
    },
    [PYEXEC_SAY_SCREEN] = {
        "No hay pantalla ni ventanas: guarde las figuras, por ejemplo con "
        "plt.savefig(\"figura.png\").",
        "There is no screen, and there are no windows: save figures, for "
        "example by plt.savefig(\"figure.png\")."
    },
    [PYEXEC_SAY_INPUT] = {
        "Nadie responde a input(): ponga los valores en el código, o toda la "
        "entrada en el campo \"stdin\" de la petición.",
        "Nobody answers input(): put the values into the code, or the whole "
        "input into the request's field \"stdin\"."
    },
    [PYEXEC_SAY_MISSING] = {
        "No está instalado, y no se puede instalar: %s.",
        "Not installed, and not to be installed: %s."
    },
    [PYEXEC_SAY_INSTALLED] = {
        "Además de la biblioteca estándar hay: %s.",
        "Beside the standard library there are: %s."
    },

    [PYEXEC_SAY_USE_PATHS] = {
        "Para rutas y archivos use pathlib.Path, glob y open() con rutas "
        "relativas.",
        "For paths and files use pathlib.Path, glob, and open() with relative "
        "paths."
    },
    [PYEXEC_SAY_USE_THREADS] = {
        "Para trabajo en paralelo use concurrent.futures.ThreadPoolExecutor; "
        "en lugar de código asíncrono, síncrono. Para detenerse a tiempo, "
        "el campo timeout_seconds.",
        "For work in parallel use concurrent.futures.ThreadPoolExecutor; "
        "instead of asynchronous code, synchronous code. To be stopped in "
        "time, the field timeout_seconds."
    },
    [PYEXEC_SAY_USE_JSON] = {
        "Para guardar objetos use json, csv, numpy.save() o "
        "DataFrame.to_csv() en lugar de pickle.",
        "To store objects use json, csv, numpy.save() or DataFrame.to_csv() "
        "instead of pickle."
    },
    [PYEXEC_SAY_USE_IMPORT] = {
        "Importe los módulos por su nombre, con import.",
        "Import modules by their names, with import."
    },
    [PYEXEC_SAY_USE_LITERALS] = {
        "Escriba el código directamente en lugar de dárselo a eval(), "
        "exec() o compile(); para leer datos use ast.literal_eval() o "
        "json.loads().",
        "Write the code itself instead of passing it to eval(), exec() or "
        "compile(); to read data use ast.literal_eval() or json.loads()."
    },
    [PYEXEC_SAY_USE_RELATIVE] = {
        "Use rutas relativas: \"session/uploads/...\" para leer lo subido, un "
        "nombre como \"resultado.csv\" para escribir.",
        "Use relative paths: \"session/uploads/...\" to read what was "
        "uploaded, a name such as \"result.csv\" to write."
    },
    [PYEXEC_SAY_NO_SYS] = {
        "En lugar de sys: print(), input(), y raise SystemExit para terminar.",
        "Instead of sys: print(), input(), and raise SystemExit to end."
    },
    [PYEXEC_SAY_OPERATOR] = {
        "Quien administra el servidor puede permitir más, con pyexec_policy "
        "lenient o pyexec_allow_import.",
        "The server's operator can permit more, by pyexec_policy lenient or "
        "pyexec_allow_import."
    },

    [PYEXEC_SAY_FENCE] = {
        "El código no es un mensaje en Markdown: envíe sólo Python, sin "
        "texto alrededor ni líneas ``` o ~~~.",
        "The code is no Markdown message: send Python only, without text "
        "around it and without lines of ``` or ~~~."
    },
    [PYEXEC_SAY_MATPLOTLIB] = {
        "Quite la línea de %%matplotlib: las figuras se guardan con "
        "plt.savefig() o plt.show().",
        "Remove the line with %%matplotlib: figures are saved by "
        "plt.savefig() or plt.show()."
    },
    [PYEXEC_SAY_TIMEIT] = {
        "%%time y %%timeit son de IPython: mida con time.perf_counter() o "
        "timeit.timeit().",
        "%%time and %%timeit are IPython's: measure by time.perf_counter() or "
        "timeit.timeit()."
    },
    [PYEXEC_SAY_INSTALL] = {
        "No se puede instalar nada: quite esa línea e importe lo que hay.",
        "Nothing can be installed: remove that line, and import what is there."
    },
    [PYEXEC_SAY_SHELL] = {
        "No hay órdenes del sistema (\"!\"): escríbalo en Python, por "
        "ejemplo con pathlib.Path(\".\").iterdir().",
        "There are no shell commands (\"!\"): write it in Python, for example "
        "with pathlib.Path(\".\").iterdir()."
    },
    [PYEXEC_SAY_MAGIC] = {
        "Las líneas que empiezan por \"%%\" son de IPython, no de Python: "
        "quítelas.",
        "Lines that begin with \"%%\" are IPython's, not Python's: remove "
        "them."
    },
    [PYEXEC_SAY_AWAIT] = {
        "await, async for y async with sólo valen dentro de \"async def\": "
        "escriba async def main() y llame a asyncio.run(main()), o use "
        "funciones síncronas.",
        "await, async for and async with are only for \"async def\": write "
        "async def main() and call asyncio.run(main()), or use synchronous "
        "functions."
    }
};


void
pyexec_say(pyexec_hints_t *h, pyexec_sentence_e sentence, ...)
{
    int            n;
    char           text[PYEXEC_MAX_SENTENCE];
    va_list        args;
    pyexec_str_t   s;

    if (h->said & (UINT64_C(1) << sentence)) {
        return;
    }

    h->said |= UINT64_C(1) << sentence;

    va_start(args, sentence);
    n = vsnprintf(text, sizeof(text), pyexec_sentences[sentence][h->language],
                  args);
    va_end(args);

    s.data = (u_char *) text;
    s.len = n < 0 ? 0 : (size_t) n < sizeof(text) ? (size_t) n
                                                  : sizeof(text) - 1;

    pyexec_json_text(h->g, NULL, &s);
}
