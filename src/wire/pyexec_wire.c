
#include "wire/pyexec_child_wire.h"
#include "wire/pyexec_wire.h"


typedef enum {
    PYEXEC_END = 0,
    PYEXEC_U32,
    PYEXEC_U64,
    PYEXEC_STR                             /* or a list, which is encoded
                                              like a string */
} pyexec_kind_e;


typedef struct {
    pyexec_kind_e          kind;
    size_t                 offset;         /* in the type's structure */
} pyexec_field_t;


typedef struct {
    size_t                 max;            /* bytes of the payload */
    const pyexec_field_t  *fields;
} pyexec_type_t;


static u_char *pyexec_put(u_char *p, uint64_t value, size_t width);
static uint64_t pyexec_get(const u_char *p, size_t width);


#define pyexec_u32(t, f)   { PYEXEC_U32, offsetof(t, f) }
#define pyexec_u64(t, f)   { PYEXEC_U64, offsetof(t, f) }
#define pyexec_bytes(t, f) { PYEXEC_STR, offsetof(t, f) }
#define pyexec_end         { PYEXEC_END, 0 }


static const pyexec_field_t  pyexec_job_fields[] = {
    pyexec_u64(pyexec_job_t, deadline),
    pyexec_end
};


static const pyexec_field_t  pyexec_ready_fields[] = {
    pyexec_bytes(pyexec_ready_t, text),
    pyexec_end
};


static const pyexec_field_t  pyexec_log_fields[] = {
    pyexec_u32(pyexec_log_t, level),
    pyexec_bytes(pyexec_log_t, text),
    pyexec_end
};


static const pyexec_field_t  pyexec_execute_fields[] = {
    pyexec_u32(pyexec_execute_t, workspace),
    pyexec_bytes(pyexec_execute_t, session),
    pyexec_bytes(pyexec_execute_t, code),
    pyexec_u32(pyexec_execute_t, timeout),
    pyexec_u32(pyexec_execute_t, auto_correct),
    pyexec_u32(pyexec_execute_t, max_attempts),
    pyexec_u32(pyexec_execute_t, events),
    pyexec_u64(pyexec_execute_t, max_memory),
    pyexec_u64(pyexec_execute_t, max_file_size),
    pyexec_u64(pyexec_execute_t, max_disk),
    pyexec_u64(pyexec_execute_t, max_session),
    pyexec_u32(pyexec_execute_t, max_files),
    pyexec_u32(pyexec_execute_t, max_open_files),
    pyexec_u32(pyexec_execute_t, max_threads),
    pyexec_u32(pyexec_execute_t, max_cpu),
    pyexec_u32(pyexec_execute_t, max_output),
    pyexec_u64(pyexec_execute_t, max_flood),
    pyexec_u64(pyexec_execute_t, max_inline),
    pyexec_bytes(pyexec_execute_t, return_files),
    pyexec_u32(pyexec_execute_t, session_write),
    pyexec_u32(pyexec_execute_t, policy),
    pyexec_bytes(pyexec_execute_t, url),
    pyexec_bytes(pyexec_execute_t, deny),
    pyexec_bytes(pyexec_execute_t, allow),
    pyexec_u32(pyexec_execute_t, hints),
    pyexec_u32(pyexec_execute_t, language),
    pyexec_end
};


static const pyexec_field_t  pyexec_list_fields[] = {
    pyexec_u32(pyexec_list_runs_t, workspace),
    pyexec_bytes(pyexec_list_runs_t, session),
    pyexec_u32(pyexec_list_runs_t, limit),
    pyexec_end
};


static const pyexec_field_t  pyexec_fetch_fields[] = {
    pyexec_u32(pyexec_fetch_t, workspace),
    pyexec_bytes(pyexec_fetch_t, session),
    pyexec_bytes(pyexec_fetch_t, run_id),
    pyexec_end
};


static const pyexec_field_t  pyexec_cleanup_fields[] = {
    pyexec_u32(pyexec_cleanup_t, workspace),
    pyexec_bytes(pyexec_cleanup_t, session),
    pyexec_end
};


static const pyexec_field_t  pyexec_file_job_fields[] = {
    pyexec_u32(pyexec_file_job_t, workspace),
    pyexec_bytes(pyexec_file_job_t, session),
    pyexec_bytes(pyexec_file_job_t, path),
    pyexec_bytes(pyexec_file_job_t, url),
    pyexec_u32(pyexec_file_job_t, limit),
    pyexec_bytes(pyexec_file_job_t, glob),
    pyexec_u32(pyexec_file_job_t, recursive),
    pyexec_u64(pyexec_file_job_t, max_session),
    pyexec_bytes(pyexec_file_job_t, if_match),
    pyexec_bytes(pyexec_file_job_t, if_none_match),
    pyexec_end
};


static const pyexec_field_t  pyexec_start_fields[] = {
    pyexec_bytes(pyexec_start_t, run_id),
    pyexec_bytes(pyexec_start_t, started_at),
    pyexec_end
};


static const pyexec_field_t  pyexec_event_fields[] = {
    pyexec_bytes(pyexec_event_t, name),
    pyexec_u32(pyexec_event_t, more),
    pyexec_bytes(pyexec_event_t, json),
    pyexec_end
};


static const pyexec_field_t  pyexec_result_fields[] = {
    pyexec_bytes(pyexec_result_t, status),
    pyexec_u32(pyexec_result_t, attempts),
    pyexec_u64(pyexec_result_t, run_time),
    pyexec_bytes(pyexec_result_t, json),
    pyexec_end
};


static const pyexec_field_t  pyexec_file_answer_fields[] = {
    pyexec_u64(pyexec_file_answer_t, size),
    pyexec_u64(pyexec_file_answer_t, modified),
    pyexec_bytes(pyexec_file_answer_t, etag),
    pyexec_bytes(pyexec_file_answer_t, type),
    pyexec_u32(pyexec_file_answer_t, final),
    pyexec_end
};


static const pyexec_field_t  pyexec_stored_fields[] = {
    pyexec_u32(pyexec_stored_t, code),
    pyexec_bytes(pyexec_stored_t, etag),
    pyexec_bytes(pyexec_stored_t, json),
    pyexec_end
};


static const pyexec_field_t  pyexec_error_fields[] = {
    pyexec_u32(pyexec_error_t, code),
    pyexec_u32(pyexec_error_t, retry_after),
    pyexec_bytes(pyexec_error_t, detail),
    pyexec_bytes(pyexec_error_t, cause),
    pyexec_end
};


static const pyexec_field_t  pyexec_worn_fields[] = {
    pyexec_end
};


static const pyexec_field_t  pyexec_child_job_fields[] = {
    pyexec_bytes(pyexec_child_job_t, session),
    pyexec_bytes(pyexec_child_job_t, run_id),
    pyexec_u32(pyexec_child_job_t, workspace),
    pyexec_bytes(pyexec_child_job_t, code),
    pyexec_u32(pyexec_child_job_t, correct),
    pyexec_bytes(pyexec_child_job_t, undefined),
    pyexec_u32(pyexec_child_job_t, timeout),
    pyexec_u64(pyexec_child_job_t, max_memory),
    pyexec_u64(pyexec_child_job_t, max_file_size),
    pyexec_u32(pyexec_child_job_t, max_open_files),
    pyexec_u32(pyexec_child_job_t, max_threads),
    pyexec_u32(pyexec_child_job_t, max_cpu),
    pyexec_u32(pyexec_child_job_t, session_write),
    pyexec_u32(pyexec_child_job_t, policy),
    pyexec_bytes(pyexec_child_job_t, deny),
    pyexec_bytes(pyexec_child_job_t, allow),
    pyexec_u32(pyexec_child_job_t, language),
    pyexec_end
};


static const pyexec_field_t  pyexec_child_ready_fields[] = {
    pyexec_u32(pyexec_child_ready_t, kind),
    pyexec_end
};


static const pyexec_field_t  pyexec_child_wall_fields[] = {
    pyexec_bytes(pyexec_child_wall_t, what),
    pyexec_u32(pyexec_child_wall_t, error),
    pyexec_end
};


static const pyexec_field_t  pyexec_child_corrected_fields[] = {
    pyexec_bytes(pyexec_child_corrected_t, method),
    pyexec_bytes(pyexec_child_corrected_t, code),
    pyexec_end
};


static const pyexec_field_t  pyexec_child_checked_fields[] = {
    pyexec_bytes(pyexec_child_checked_t, status),
    pyexec_bytes(pyexec_child_checked_t, reasons),
    pyexec_bytes(pyexec_child_checked_t, imports),
    pyexec_bytes(pyexec_child_checked_t, violations),
    pyexec_bytes(pyexec_child_checked_t, missing),
    pyexec_end
};


static const pyexec_field_t  pyexec_child_bundle_fields[] = {
    pyexec_u32(pyexec_child_bundle_t, kind),
    pyexec_bytes(pyexec_child_bundle_t, parts),
    pyexec_end
};


static const pyexec_field_t  pyexec_child_failed_fields[] = {
    pyexec_bytes(pyexec_child_failed_t, type),
    pyexec_bytes(pyexec_child_failed_t, message),
    pyexec_bytes(pyexec_child_failed_t, file),
    pyexec_u32(pyexec_child_failed_t, line),
    pyexec_bytes(pyexec_child_failed_t, raw),
    pyexec_bytes(pyexec_child_failed_t, undefined),
    pyexec_u32(pyexec_child_failed_t, error),
    pyexec_end
};


static const pyexec_type_t  pyexec_types[PYEXEC_MSG_LAST] = {
    [PYEXEC_MSG_JOB] = { PYEXEC_WIRE_MAX_SHORT, pyexec_job_fields },
    [PYEXEC_MSG_READY] = { PYEXEC_WIRE_MAX_SHORT, pyexec_ready_fields },
    [PYEXEC_MSG_LOG] = { PYEXEC_WIRE_MAX_SHORT, pyexec_log_fields },

    [PYEXEC_MSG_EXECUTE] = { PYEXEC_WIRE_MAX, pyexec_execute_fields },
    [PYEXEC_MSG_LIST] = { PYEXEC_WIRE_MAX_SHORT, pyexec_list_fields },
    [PYEXEC_MSG_FETCH] = { PYEXEC_WIRE_MAX_SHORT, pyexec_fetch_fields },
    [PYEXEC_MSG_CLEANUP] = { PYEXEC_WIRE_MAX_SHORT, pyexec_cleanup_fields },
    [PYEXEC_MSG_FILES] = { PYEXEC_WIRE_MAX, pyexec_file_job_fields },
    [PYEXEC_MSG_OPEN] = { PYEXEC_WIRE_MAX, pyexec_file_job_fields },
    [PYEXEC_MSG_PUT] = { PYEXEC_WIRE_MAX, pyexec_file_job_fields },
    [PYEXEC_MSG_DELETE] = { PYEXEC_WIRE_MAX, pyexec_file_job_fields },

    [PYEXEC_MSG_START] = { PYEXEC_WIRE_MAX_SHORT, pyexec_start_fields },
    [PYEXEC_MSG_EVENT] = { PYEXEC_WIRE_MAX_SHORT, pyexec_event_fields },
    [PYEXEC_MSG_RESULT] = { PYEXEC_WIRE_MAX, pyexec_result_fields },
    [PYEXEC_MSG_FILE] = { PYEXEC_WIRE_MAX_SHORT, pyexec_file_answer_fields },
    [PYEXEC_MSG_STORED] = { PYEXEC_WIRE_MAX_SHORT, pyexec_stored_fields },
    [PYEXEC_MSG_ERROR] = { PYEXEC_WIRE_MAX_SHORT, pyexec_error_fields },

    [PYEXEC_MSG_WORN] = { PYEXEC_WIRE_MAX_SHORT, pyexec_worn_fields },

    [PYEXEC_MSG_CHILD_JOB] = { PYEXEC_WIRE_MAX, pyexec_child_job_fields },
    [PYEXEC_MSG_CHILD_READY] = { PYEXEC_WIRE_MAX_SHORT,
                                 pyexec_child_ready_fields },
    [PYEXEC_MSG_CHILD_WALL] = { PYEXEC_WIRE_MAX_SHORT,
                                pyexec_child_wall_fields },
    [PYEXEC_MSG_CHILD_CORRECTED] = { PYEXEC_WIRE_MAX,
                                     pyexec_child_corrected_fields },
    [PYEXEC_MSG_CHILD_CHECKED] = { PYEXEC_WIRE_MAX,
                                   pyexec_child_checked_fields },
    [PYEXEC_MSG_CHILD_BUNDLE] = { PYEXEC_WIRE_MAX,
                                  pyexec_child_bundle_fields },
    [PYEXEC_MSG_CHILD_FAILED] = { PYEXEC_WIRE_MAX,
                                  pyexec_child_failed_fields },
};


size_t
pyexec_wire_size(pyexec_msg_e type, const void *msg)
{
    size_t                 size;
    const pyexec_str_t    *s;
    const pyexec_field_t  *f;

    size = 0;

    for (f = pyexec_types[type].fields; f->kind != PYEXEC_END; f++) {

        switch (f->kind) {

        case PYEXEC_U32:
            size += 4;
            break;

        case PYEXEC_U64:
            size += 8;
            break;

        default:
            s = (const pyexec_str_t *) ((const char *) msg + f->offset);

            if (s->len > PYEXEC_WIRE_MAX) {
                return 0;
            }

            size += 4 + s->len;
        }
    }

    return size <= pyexec_types[type].max ? PYEXEC_WIRE_HEADER + size : 0;
}


u_char *
pyexec_wire_encode(u_char *p, pyexec_msg_e type, const void *msg)
{
    size_t                 size;
    const char            *field;
    const pyexec_str_t    *s;
    const pyexec_field_t  *f;

    size = pyexec_wire_size(type, msg);

    p = pyexec_put(p, PYEXEC_WIRE_VERSION, 1);
    p = pyexec_put(p, type, 1);
    p = pyexec_put(p, 0, 2);
    p = pyexec_put(p, size - PYEXEC_WIRE_HEADER, 4);

    for (f = pyexec_types[type].fields; f->kind != PYEXEC_END; f++) {

        field = (const char *) msg + f->offset;

        switch (f->kind) {

        case PYEXEC_U32:
            p = pyexec_put(p, *(const uint32_t *) field, 4);
            break;

        case PYEXEC_U64:
            p = pyexec_put(p, *(const uint64_t *) field, 8);
            break;

        default:
            s = (const pyexec_str_t *) field;
            p = pyexec_list_add(p, s);
        }
    }

    return p;
}


int
pyexec_wire_header(const u_char p[PYEXEC_WIRE_HEADER], pyexec_msg_e *type,
    size_t *len)
{
    if (p[0] != PYEXEC_WIRE_VERSION || p[2] != 0 || p[3] != 0) {
        return -1;
    }

    if (p[1] >= PYEXEC_MSG_LAST) {
        return -1;
    }

    *type = p[1];
    *len = (size_t) pyexec_get(p + 4, 4);

    /* a number that is no type's has an entry without fields */

    if (pyexec_types[*type].fields == NULL || *len > pyexec_types[*type].max) {
        return -1;
    }

    return 0;
}


int
pyexec_wire_decode(pyexec_msg_e type, const u_char *payload, size_t len,
    void *msg)
{
    char                  *field;
    pyexec_list_t          rest;
    const pyexec_field_t  *f;

    rest.data = payload;
    rest.len = len;

    for (f = pyexec_types[type].fields; f->kind != PYEXEC_END; f++) {

        field = (char *) msg + f->offset;

        switch (f->kind) {

        case PYEXEC_U32:
            if (rest.len < 4) {
                return -1;
            }

            *(uint32_t *) field = (uint32_t) pyexec_get(rest.data, 4);
            rest.data += 4;
            rest.len -= 4;
            break;

        case PYEXEC_U64:
            if (rest.len < 8) {
                return -1;
            }

            *(uint64_t *) field = pyexec_get(rest.data, 8);
            rest.data += 8;
            rest.len -= 8;
            break;

        default:
            if (pyexec_list_next(&rest, (pyexec_str_t *) field) != 1) {
                return -1;
            }
        }
    }

    return rest.len == 0 ? 0 : -1;
}


static u_char *
pyexec_put(u_char *p, uint64_t value, size_t width)
{
    size_t  i;

    for (i = width; i > 0; i--) {
        p[i - 1] = (u_char) (value & 0xff);
        value >>= 8;
    }

    return p + width;
}


static uint64_t
pyexec_get(const u_char *p, size_t width)
{
    size_t    i;
    uint64_t  value;

    value = 0;

    for (i = 0; i < width; i++) {
        value = value << 8 | p[i];
    }

    return value;
}
