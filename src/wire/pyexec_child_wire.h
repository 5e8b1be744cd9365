
/*
 * What a runner and its child say to each other, over a stream socketpair,
 * in the messages of pyexec_wire.h.  All that comes from the child is
 * untrusted: it is measured, decoded, cleaned and never believed.
 *
 *   child -> runner   READY      idle, and as confined as it can be without
 *                                knowing its job; may come with a descriptor
 *                                as SCM_RIGHTS, that hangs up when the kernel
 *                                runs no thread of the child's any more
 *   runner -> child   JOB        with the descriptors of the session and of
 *                                the run directory (O_PATH) as SCM_RIGHTS
 *   child -> runner   WALL       only if a wall could not be put up
 *                     CORRECTED  only if JOB asked for a correction; the
 *                                child then waits for one byte, since the
 *                                runner writes main.py before it is run
 *                     CHECKED    the verdict of policy and dependencies; the
 *                                code runs next if its status is "ok"
 *                     FAILED     the exception that ended the code
 *                     ENDED      nothing follows but the child's exit
 */

#ifndef _PYEXEC_CHILD_WIRE_H_INCLUDED_
#define _PYEXEC_CHILD_WIRE_H_INCLUDED_


#include "base/pyexec_str.h"


typedef struct {
    pyexec_str_t           session;        /* its name */
    pyexec_str_t           run_id;
    uint32_t               workspace;
    pyexec_str_t           code;
    pyexec_str_t           undefined;      /* name to correct; or empty */

    uint64_t               max_memory;     /* these as in EXECUTE */
    uint64_t               max_file_size;
    uint32_t               max_open_files;
    uint32_t               max_threads;
    uint32_t               max_cpu;
    uint32_t               session_write;
    uint32_t               policy;
    pyexec_list_t          deny;
    pyexec_list_t          allow;
} pyexec_child_job_t;


typedef struct {
    uint32_t               kind;           /* PYEXEC_LIGHT or PYEXEC_FULL */
} pyexec_child_ready_t;


typedef struct {
    pyexec_str_t           what;           /* "landlock_restrict_self()" */
    uint32_t               error;          /* errno */
} pyexec_child_wall_t;


typedef struct {
    pyexec_str_t           method;         /* empty: no correction is known */
    pyexec_str_t           code;
} pyexec_child_corrected_t;


typedef struct {
    pyexec_str_t           status;         /* "ok", "blocked", .. */
    pyexec_list_t          reasons;
    pyexec_list_t          imports;
    pyexec_list_t          violations;     /* rule, name, line, column, .. */
    pyexec_list_t          missing;
} pyexec_child_checked_t;


typedef struct {
    pyexec_str_t           type;           /* "NameError" */
    pyexec_str_t           message;
    pyexec_str_t           file;           /* empty: no location is known */
    uint32_t               line;
    pyexec_str_t           raw;            /* the traceback */
    pyexec_str_t           undefined;      /* the name of a NameError */
    uint32_t               error;          /* errno of an OSError, or 0 */
} pyexec_child_failed_t;


typedef struct {
    uint32_t               status;         /* that it exits with */
} pyexec_child_ended_t;


#endif /* _PYEXEC_CHILD_WIRE_H_INCLUDED_ */
