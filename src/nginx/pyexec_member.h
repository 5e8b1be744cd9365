
/*
 * The members of the body that are known, and the state of its decoding.  What
 * is a callback of yajl's returns 1, or 0 to end the parsing.
 */

#ifndef _PYEXEC_MEMBER_H_INCLUDED_
#define _PYEXEC_MEMBER_H_INCLUDED_


#include <yajl/yajl_parse.h>

#include "nginx/pyexec_fields.h"
#include "nginx/pyexec_lone.h"


typedef enum {
    PYEXEC_STRING = 0,
    PYEXEC_INTEGER,
    PYEXEC_BOOLEAN,
    PYEXEC_INPUT,                          /* a string */
    PYEXEC_FILES,                          /* an object of strings */
    PYEXEC_PATTERNS                        /* a boolean, or an array of them */
} pyexec_type_e;


typedef struct {
    const char            *name;
    pyexec_type_e          type;
    size_t                 offset;         /* in pyexec_request_t */
} pyexec_member_t;


#define PYEXEC_MEMBERS      8


typedef struct {
    pyexec_request_t       request;        /* first: it is what callers have */

    yajl_handle            parser;
    yajl_status            status;
    unsigned               depth;
    unsigned               object:1;       /* the value is one */
    unsigned               empty:1;        /* nothing came yet */
    unsigned               memory:1;       /* is out */
    unsigned               inside:1;       /* of the member's value */
    unsigned               npatterns;
    int                    member;         /* whose value comes; -1: none */

    const u_char          *chunk;
    size_t                 scanned;        /* bytes of the chunk */
    pyexec_lone_t          scan;

    /* what is wrong with the last value of each member, or NULL */

    const char            *error[PYEXEC_MEMBERS];
} pyexec_decoder_t;


enum {
    PYEXEC_SESSION_ID = 0,
    PYEXEC_CODE
};


extern const pyexec_member_t  pyexec_members[PYEXEC_MEMBERS];
extern const char *const  pyexec_wrong_types[];

/* the member's value is of another type, or has a part that is */

void pyexec_member_wrong(pyexec_decoder_t *d);

/* 1 if a value of this type is expected: it replaces an earlier one */

int pyexec_member_value(pyexec_decoder_t *d, pyexec_type_e type);

/* 1 if what comes now is the value of a member of this type */

int pyexec_member_is(const pyexec_decoder_t *d, pyexec_type_e type);

/* callbacks: a value is forgotten, or is a string, or is in "files", .. */

int pyexec_member_clear(pyexec_decoder_t *d);
int pyexec_member_text(pyexec_decoder_t *d, const u_char *s, size_t len);
int pyexec_member_input(pyexec_decoder_t *d, const u_char *s, size_t len);
int pyexec_member_path(pyexec_decoder_t *d, const u_char *s, size_t len);
int pyexec_member_contents(pyexec_decoder_t *d, const u_char *s, size_t len);
int pyexec_member_pattern(pyexec_decoder_t *d, const u_char *s, size_t len);

/* yajl accepts overlong forms and encoded surrogates */

int pyexec_member_utf8(const u_char *s, size_t len);


#endif /* _PYEXEC_MEMBER_H_INCLUDED_ */
