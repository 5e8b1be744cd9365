
/*
 * The protocol between nginx and the pool, version 1.
 *
 * Sockets
 *
 *   A pool has two control socketpairs (AF_UNIX, SOCK_SEQPACKET): one for
 *   runs, one for jobs that only read or remove files, so that these do not
 *   wait behind runs.  nginx's workers share one end of each, the pool's
 *   processes the other.  The jobs in the kernel's socket buffer are the
 *   queue.
 *
 *   A job has a socketpair of its own (AF_UNIX, SOCK_STREAM), made by the
 *   nginx worker.  If nginx closes its end, the job is cancelled.  If the
 *   pool's end closes without RESULT or ERROR, the process that served the
 *   job has died.
 *
 * Messages
 *
 *   A message is a header of eight bytes and a payload:
 *
 *       0  version, 1          1  type
 *       2  reserved, 0         4  length of the payload, 4 bytes
 *
 *   The payload is the sequence of the type's fields in the order in which
 *   its structure below declares them, with nothing between or behind them:
 *
 *       u32, u64    4 or 8 bytes
 *       str         4 bytes of length, then the bytes (not terminated)
 *       list        4 bytes of length, then that many bytes of str fields
 *
 *   Integers are unsigned and big-endian.  A header of another version, an
 *   unknown type, a length over the type's maximum, a field that runs over
 *   the end and bytes behind the last field are errors: the receiver closes
 *   the socket.
 *
 * Dialogue
 *
 *   control   nginx -> pool   JOB, with the job's socket as SCM_RIGHTS
 *             pool -> nginx   READY, LOG
 *   job       nginx -> pool   EXECUTE | LIST | FETCH | CLEANUP | FILES | OPEN |
 *                             PUT | DELETE, once; with the first byte, as
 *                             SCM_RIGHTS, EXECUTE may come with the descriptors
 *                             of pyexec_given_e, all or none, and PUT with that
 *                             of the body, unless there is none
 *             pool -> nginx   START, when a run, CLEANUP, PUT or DELETE has
 *                             begun;
 *                             EVENT, as things happen (only if EXECUTE asked
 *                             for events);
 *                             RESULT, ERROR or, after OPEN, FILE with the
 *                             file as SCM_RIGHTS or, after PUT, STORED, once
 *                             and last
 */

#ifndef _PYEXEC_WIRE_H_INCLUDED_
#define _PYEXEC_WIRE_H_INCLUDED_


#include "base/pyexec_str.h"


#define PYEXEC_WIRE_VERSION     1
#define PYEXEC_WIRE_HEADER      8

/* the longest payload, in bytes, and that of types without code or output */

#define PYEXEC_WIRE_MAX         (128 * 1024 * 1024)
#define PYEXEC_WIRE_MAX_SHORT   (64 * 1024)


typedef enum {
    PYEXEC_MSG_JOB = 1,
    PYEXEC_MSG_READY,
    PYEXEC_MSG_LOG,

    PYEXEC_MSG_EXECUTE,
    PYEXEC_MSG_LIST,
    PYEXEC_MSG_FETCH,
    PYEXEC_MSG_CLEANUP,
    PYEXEC_MSG_FILES,
    PYEXEC_MSG_OPEN,
    PYEXEC_MSG_PUT,
    PYEXEC_MSG_DELETE,

    PYEXEC_MSG_START,
    PYEXEC_MSG_EVENT,
    PYEXEC_MSG_RESULT,
    PYEXEC_MSG_FILE,
    PYEXEC_MSG_STORED,
    PYEXEC_MSG_ERROR,

    /* zygote -> first process: it has made max_requests forks */

    PYEXEC_MSG_WORN,

    /*
     * Between a runner and its child: pyexec_child_wire.h.  t/sandbox/report.t
     * forges these, by their numbers.
     */

    PYEXEC_MSG_CHILD_JOB = 64,
    PYEXEC_MSG_CHILD_READY,
    PYEXEC_MSG_CHILD_WALL,
    PYEXEC_MSG_CHILD_CORRECTED,
    PYEXEC_MSG_CHILD_CHECKED,
    PYEXEC_MSG_CHILD_BUNDLE,
    PYEXEC_MSG_CHILD_FAILED,

    PYEXEC_MSG_LAST
} pyexec_msg_e;


/* sealed memory (memfd_create(2)), which the pool maps */

typedef enum {
    PYEXEC_GIVEN_INPUT = 0,                /* the code's standard input */
    PYEXEC_GIVEN_FILES,                    /* a list: path, contents, .. */
    PYEXEC_GIVEN
} pyexec_given_e;


typedef struct {
    uint64_t               deadline;       /* CLOCK_MONOTONIC, milliseconds;
                                              after it the job is refused */
} pyexec_job_t;


typedef struct {
    pyexec_str_t           text;           /* the walls in force, one line */
} pyexec_ready_t;


typedef struct {
    uint32_t               level;          /* NGX_LOG_ALERT .. NGX_LOG_DEBUG */
    pyexec_str_t           text;
} pyexec_log_t;


/* of reasons and hints */

typedef enum {
    PYEXEC_SPANISH = 0,
    PYEXEC_ENGLISH,
    PYEXEC_LANGUAGES
} pyexec_language_e;


typedef struct {
    uint32_t               workspace;      /* index of the pool's workspaces */
    pyexec_str_t           session;        /* both sides check it */
    pyexec_str_t           code;           /* UTF-8, no NUL */

    uint32_t               timeout;        /* seconds, of one attempt */
    uint32_t               auto_correct;   /* 0 or 1 */
    uint32_t               max_attempts;
    uint32_t               events;         /* 1: send EVENT */

    uint64_t               max_memory;     /* bytes */
    uint64_t               max_file_size;  /* bytes */
    uint64_t               max_disk;       /* bytes */
    uint64_t               max_session;    /* bytes; 0: no limit */
    uint32_t               max_files;
    uint32_t               max_open_files;
    uint32_t               max_threads;
    uint32_t               max_cpu;        /* seconds; 0: timeout + 1 */
    uint32_t               max_output;     /* characters, of each stream */
    uint64_t               max_flood;      /* bytes, of both streams */
    uint64_t               max_inline;     /* bytes, of files in the result */
    pyexec_list_t          return_files;   /* patterns of these */

    uint32_t               session_write;  /* 1: the session is writable */
    uint32_t               policy;         /* 0: off, 1: on, 2: lenient */
    pyexec_str_t           url;            /* as in pyexec_file_job_t */
    pyexec_list_t          deny;           /* modules to refuse as well */
    pyexec_list_t          allow;          /* modules not to refuse */

    uint32_t               hints;          /* 1: the result has hints */
    uint32_t               language;       /* pyexec_language_e */
} pyexec_execute_t;


typedef struct {
    uint32_t               workspace;
    pyexec_str_t           session;
    uint32_t               limit;
} pyexec_list_runs_t;


typedef struct {
    uint32_t               workspace;
    pyexec_str_t           session;
    pyexec_str_t           run_id;
} pyexec_fetch_t;


typedef struct {
    uint32_t               workspace;
    pyexec_str_t           session;
} pyexec_cleanup_t;


/* FILES, OPEN, PUT, DELETE: a file, or a directory, of a session */

typedef struct {
    uint32_t               workspace;
    pyexec_str_t           session;
    pyexec_str_t           path;           /* in the session; "": itself */
    pyexec_str_t           url;            /* what URLs of files begin with:
                                              "/api/files/"; empty: none */
    uint32_t               limit;          /* FILES: items at most */
    pyexec_str_t           glob;           /* their pattern; empty: any */
    uint32_t               recursive;      /* DELETE: 1: a directory, too */
    uint64_t               max_session;    /* PUT: as in EXECUTE */
    pyexec_str_t           if_match;       /* PUT, DELETE: header fields, */
    pyexec_str_t           if_none_match;  /* or nothing */
} pyexec_file_job_t;


typedef struct {
    pyexec_str_t           run_id;
    pyexec_str_t           started_at;     /* ISO 8601 */
} pyexec_start_t;


typedef struct {
    pyexec_str_t           name;           /* "stdout", ..; none: of the
                                              message before */
    uint32_t               more;           /* 1: the next one goes on with
                                              json */
    pyexec_str_t           json;           /* one value, on one line */
} pyexec_event_t;


typedef struct {
    pyexec_str_t           status;         /* of a run; empty for other jobs */
    uint32_t               attempts;
    uint64_t               run_time;       /* microseconds */
    pyexec_str_t           json;           /* the answer's body */
} pyexec_result_t;


typedef struct {
    uint64_t               size;           /* bytes */
    uint64_t               modified;       /* seconds since the epoch */
    pyexec_str_t           etag;           /* with its quotation marks */
    pyexec_str_t           type;           /* media type; empty: not known */
    uint32_t               final;          /* 1: of a run that has ended */
} pyexec_file_answer_t;


typedef struct {
    uint32_t               code;           /* HTTP status: 200, 201 */
    pyexec_str_t           etag;
    pyexec_str_t           json;
} pyexec_stored_t;


typedef struct {
    uint32_t               code;           /* HTTP status */
    uint32_t               retry_after;    /* seconds; 0: no such header */
    pyexec_str_t           detail;         /* for the client */
    pyexec_str_t           cause;          /* for the log; may be empty */
} pyexec_error_t;


/*
 * Returns the bytes of the encoded message with its header, or 0 if its
 * payload is over the type's maximum.  msg is the type's structure.
 */

size_t pyexec_wire_size(pyexec_msg_e type, const void *msg);

/* writes pyexec_wire_size() bytes to p; returns the address behind them */

u_char *pyexec_wire_encode(u_char *p, pyexec_msg_e type, const void *msg);

/*
 * Reads a header.  Returns 0 and sets type and len, that of the payload; or -1
 * if version, type, reserved bytes or length are invalid.
 */

int pyexec_wire_header(const u_char p[PYEXEC_WIRE_HEADER], pyexec_msg_e *type,
    size_t *len);

/*
 * Decodes a complete payload into msg, the type's structure.  Its strings and
 * lists point into payload, and are valid as long as that is; what is in a
 * list has not been checked.  Returns 0, or -1 if the payload is malformed:
 * msg is then undefined.
 */

int pyexec_wire_decode(pyexec_msg_e type, const u_char *payload, size_t len,
    void *msg);


#endif /* _PYEXEC_WIRE_H_INCLUDED_ */
