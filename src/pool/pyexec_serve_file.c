
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_mime.h"
#include "pool/pyexec_serve_file.h"
#include "store/pyexec_files.h"
#include "wire/pyexec_message.h"


static int pyexec_serve_files(pyexec_store_t *store,
    const pyexec_file_job_t *job, int client);
static int pyexec_serve_open_file(pyexec_store_t *store,
    const pyexec_file_job_t *job, int client);
static void pyexec_serve_refuse(int client, int err);


/* what clients are told of an errno; ends with 0, which is for all others */

static const struct {
    int                    err;
    uint32_t               code;
    const char            *detail;
} pyexec_file_errors[] = {
    { ENOENT, 404, "no such file" },
    { ENOTDIR, 404, "no such file" },
    { ELOOP, 404, "no such file" },
    { EXDEV, 404, "no such file" },
    { ENXIO, 404, "no such file" },
    { ENODEV, 404, "no such file" },
    { ENAMETOOLONG, 404, "no such file" },
    { EISDIR, 404, "no such file, but a directory: a list of its files is at "
                   "this path with a slash at its end" },
    { EACCES, 403, "the file is closed to the pool's user" },
    { EPERM, 403, "the file is closed to the pool's user" },
    { ESTALE, 503, "the workspace is not there" },
    { 0, 500, "the session's files cannot be read" }
};


void
pyexec_serve_file(pyexec_pool_t *pool, pyexec_store_t *stores, int client,
    pyexec_msg_e type, const pyexec_buf_t *buf)
{
    int                 rc;
    pyexec_store_t     *store;
    pyexec_file_job_t   job;

    if (pyexec_wire_decode(type, buf->data, buf->len, &job) == -1) {
        pyexec_serve_refuse(client, EPROTO);
        return;
    }

    rc = -1;
    store = pyexec_serve_store(pool, stores, job.workspace);

    if (store) {
        rc = type == PYEXEC_MSG_OPEN
             ? pyexec_serve_open_file(store, &job, client)
             : pyexec_serve_files(store, &job, client);
    }

    if (rc == -1) {
        pyexec_serve_refuse(client, errno);
    }
}


/* these return 0 if the job is answered, or -1 and errno */

static int
pyexec_serve_files(pyexec_store_t *store, const pyexec_file_job_t *job,
    int client)
{
    pyexec_buf_t     json = { NULL, 0, 0 };
    pyexec_result_t  result;

    if (pyexec_files_list(store, job, &json) == -1) {
        return -1;
    }

    memset(&result, 0, sizeof(pyexec_result_t));
    result.json = pyexec_buf_str(&json);

    (void) pyexec_send(client, PYEXEC_MSG_RESULT, &result, NULL, 0);

    pyexec_buf_free(&json);

    return 0;
}


static int
pyexec_serve_open_file(pyexec_store_t *store, const pyexec_file_job_t *job,
    int client)
{
    int                    fd;
    char                   etag[PYEXEC_ETAG], name[NAME_MAX + 2];
    const char            *type;
    struct stat            st;
    const u_char          *slash;
    pyexec_file_answer_t   answer;

    fd = pyexec_files_open(store, job, &st);
    if (fd == -1) {
        return -1;
    }

    slash = memrchr(job->path.data, '/', job->path.len);

    (void) snprintf(name, sizeof(name), "%.*s",
                    (int) (job->path.data + job->path.len
                           - (slash ? slash + 1 : job->path.data)),
                    slash ? slash + 1 : job->path.data);

    type = pyexec_mime_type(name);
    pyexec_files_etag(etag, &st);

    answer.size = st.st_size;
    answer.modified = st.st_mtim.tv_sec;
    answer.etag.data = (u_char *) etag;
    answer.etag.len = strlen(etag);
    answer.type.data = (const u_char *) type;
    answer.type.len = type ? strlen(type) : 0;
    answer.final = pyexec_files_final(store, &job->path);

    (void) pyexec_send(client, PYEXEC_MSG_FILE, &answer, &fd, 1);
    (void) close(fd);

    return 0;
}


static void
pyexec_serve_refuse(int client, int err)
{
    unsigned  i;

    for (i = 0; pyexec_file_errors[i].err; i++) {
        if (pyexec_file_errors[i].err == err) {
            break;
        }
    }

    pyexec_send_error(client, pyexec_file_errors[i].code,
                      pyexec_file_errors[i].detail,
                      pyexec_file_errors[i].err ? 0 : err);
}
