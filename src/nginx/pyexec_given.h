
/*
 * What a request gives to its run beside the code: standard input and files,
 * each in memory of its own (memfd_create(2)), which the pool is sent.  So the
 * worker holds them neither decoded nor twice.
 */

#ifndef _PYEXEC_GIVEN_H_INCLUDED_
#define _PYEXEC_GIVEN_H_INCLUDED_


#include "wire/pyexec_wire.h"


typedef struct {
    int                    fds[PYEXEC_GIVEN];  /* -1: not made yet */
    uint64_t               size;           /* bytes of the files' contents */
    unsigned               n;              /* their number */
} pyexec_given_t;

#define PYEXEC_NOTHING_GIVEN  { { -1, -1 }, 0, 0 }


/* these return 0, or -1 and errno where memory is out; text replaces input */

int pyexec_given_input(pyexec_given_t *g, const u_char *text, size_t len);

/* takes back the files, or the input */

int pyexec_given_clear(pyexec_given_t *g, pyexec_given_e which);

/*
 * Adds a file: first its path, then its contents in base64, of max bytes at
 * most; where these are invalid or longer, wrong is set to what is said of it.
 */

int pyexec_given_path(pyexec_given_t *g, const u_char *path, size_t len);
int pyexec_given_file(pyexec_given_t *g, const u_char *base64, size_t len,
    uint64_t max, const char **wrong);

/* makes all of it read-only; if any was given, no descriptor is -1 then */

int pyexec_given_seal(pyexec_given_t *g);

void pyexec_given_close(pyexec_given_t *g);


#endif /* _PYEXEC_GIVEN_H_INCLUDED_ */
