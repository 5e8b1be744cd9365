
/*
 * The protocol between a runner and its child, over a stream socketpair, in
 * the message format of pyexec_wire.h.  What the child sends is untrusted: its
 * length is limited, its fields are checked, and it is believed in nothing but
 * which exception ended the code.
 *
 *   child -> runner   READY      it waits for a job, confined as far as that
 *                                is possible without one; may come with a
 *                                seccomp listener as SCM_RIGHTS, which tells
 *                                how the child exits
 *   runner -> child   JOB        with the descriptors of pyexec_child_fd_e as
 *                                SCM_RIGHTS
 *   child -> runner   WALL       only if a wall could not be put up
 *                     CORRECTED  only if JOB asked for a correction; the
 *                                child then waits for one byte, which the
 *                                runner sends when it has written main.py
 *                     CHECKED    what the check of syntax, policy and
 *                                dependencies has found; if its status is
 *                                "ok", the code runs next
 *                     BUNDLE     for each object that the code displays, and
 *                                for the value of its last statement
 *                     FAILED     only if an exception ended the code
 */

#ifndef _PYEXEC_CHILD_WIRE_H_INCLUDED_
#define _PYEXEC_CHILD_WIRE_H_INCLUDED_


#include "base/pyexec_str.h"


typedef enum {
    PYEXEC_CHILD_SESSION = 0,              /* the session, O_PATH */
    PYEXEC_CHILD_DIR,                      /* the run's directory, O_PATH */
    PYEXEC_CHILD_IN,                       /* the code's standard input */
    PYEXEC_CHILD_FDS
} pyexec_child_fd_e;


typedef struct {
    pyexec_str_t           session;        /* its name */
    pyexec_str_t           run_id;
    uint32_t               workspace;
    pyexec_str_t           code;
    uint32_t               correct;        /* 1: correct the code first */
    pyexec_str_t           undefined;      /* the name whose import is to be
                                              added; empty: the code does not
                                              compile */

    uint32_t               timeout;        /* these as in EXECUTE */
    uint64_t               max_memory;
    uint64_t               max_file_size;
    uint32_t               max_open_files;
    uint32_t               max_threads;
    uint32_t               max_cpu;
    uint32_t               session_write;
    uint32_t               policy;
    pyexec_list_t          deny;
    pyexec_list_t          allow;
    uint32_t               language;
} pyexec_child_job_t;


typedef struct {
    uint32_t               kind;           /* PYEXEC_LIGHT or PYEXEC_FULL */
} pyexec_child_ready_t;


typedef struct {
    pyexec_str_t           what;           /* "landlock_restrict_self()" */
    uint32_t               error;          /* errno */
} pyexec_child_wall_t;


typedef struct {
    pyexec_str_t           method;         /* empty: no correction was found */
    pyexec_str_t           code;
} pyexec_child_corrected_t;


typedef struct {
    pyexec_str_t           status;         /* "ok", "blocked", .. */
    pyexec_list_t          reasons;
    pyexec_list_t          imports;
    pyexec_list_t          violations;     /* rule, name, line, column of the
                                              first, then of the next, .. */
    pyexec_list_t          missing;
} pyexec_child_checked_t;


typedef enum {
    PYEXEC_BUNDLE_RESULT = 0,
    PYEXEC_BUNDLE_DISPLAY
} pyexec_bundle_e;


typedef struct {
    uint32_t               kind;           /* pyexec_bundle_e */
    pyexec_list_t          parts;          /* a MIME type and what is of it, as
                                              it is, then the next, .. */
} pyexec_child_bundle_t;


typedef struct {
    pyexec_str_t           type;           /* "NameError" */
    pyexec_str_t           message;
    pyexec_str_t           file;           /* "main.py"; empty: not known */
    uint32_t               line;
    pyexec_str_t           raw;            /* the traceback */
    pyexec_str_t           undefined;      /* the name of a NameError, the
                                              root of a missing module */
    uint32_t               error;          /* errno of an OSError, or 0 */
} pyexec_child_failed_t;


#endif /* _PYEXEC_CHILD_WIRE_H_INCLUDED_ */
