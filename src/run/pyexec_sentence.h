
/* The sentences that hints are made of, in each language. */

#ifndef _PYEXEC_SENTENCE_H_INCLUDED_
#define _PYEXEC_SENTENCE_H_INCLUDED_


#include <stdint.h>

#include <yajl/yajl_gen.h>


/* in brackets: the strings that a sentence is about, in their order */

typedef enum {
    PYEXEC_SAY_NOTHING = 0,
    PYEXEC_SAY_NO_FIGURE,
    PYEXEC_SAY_CUT,                        /* number */
    PYEXEC_SAY_CUT_WHOLE,                  /* number, path */

    PYEXEC_SAY_TIMEOUT,                    /* number */
    PYEXEC_SAY_CPU,                        /* number */
    PYEXEC_SAY_MEMORY,                     /* size */
    PYEXEC_SAY_DISK,                       /* size */
    PYEXEC_SAY_FILE_SIZE,                  /* size */
    PYEXEC_SAY_FILES,                      /* number */
    PYEXEC_SAY_OPEN_FILES,                 /* number */
    PYEXEC_SAY_OUTPUT,                     /* size */
    PYEXEC_SAY_THREADS,                    /* number */
    PYEXEC_SAY_PROCESSES,

    PYEXEC_SAY_EARLIER,                    /* run id, name, run id */
    PYEXEC_SAY_IPYTHON,
    PYEXEC_SAY_UPLOAD,                     /* file's name */
    PYEXEC_SAY_UPLOADS,                    /* names */
    PYEXEC_SAY_NO_FILE,
    PYEXEC_SAY_WRITE,
    PYEXEC_SAY_WRITE_SESSION,
    PYEXEC_SAY_NETWORK,
    PYEXEC_SAY_CALLBACK,
    PYEXEC_SAY_LINK,
    PYEXEC_SAY_SCREEN,
    PYEXEC_SAY_INPUT,
    PYEXEC_SAY_MISSING,                    /* names */
    PYEXEC_SAY_INSTALLED,                  /* names */

    PYEXEC_SAY_USE_PATHS,
    PYEXEC_SAY_USE_THREADS,
    PYEXEC_SAY_USE_JSON,
    PYEXEC_SAY_USE_IMPORT,
    PYEXEC_SAY_USE_LITERALS,
    PYEXEC_SAY_USE_RELATIVE,
    PYEXEC_SAY_NO_SYS,
    PYEXEC_SAY_OPERATOR,

    PYEXEC_SAY_FENCE,
    PYEXEC_SAY_MATPLOTLIB,
    PYEXEC_SAY_TIMEIT,
    PYEXEC_SAY_INSTALL,
    PYEXEC_SAY_SHELL,
    PYEXEC_SAY_MAGIC,
    PYEXEC_SAY_AWAIT,

    PYEXEC_SENTENCES
} pyexec_sentence_e;


/* a run's hints, while they are written */

typedef struct {
    yajl_gen               g;              /* in an array */
    uint32_t               language;       /* as in EXECUTE */
    uint64_t               said;           /* a bit for each sentence */
} pyexec_hints_t;


/* writes the sentence, unless it has been; its strings are cut if too long */

void pyexec_say(pyexec_hints_t *h, pyexec_sentence_e sentence, ...);


#endif /* _PYEXEC_SENTENCE_H_INCLUDED_ */
