
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_mime.h"
#include "pool/pyexec_serve_file.h"
#include "store/pyexec_upload.h"
#include "wire/pyexec_message.h"


static int pyexec_serve_files(pyexec_store_t *store,
    const pyexec_file_job_t *job, int client);
static int pyexec_serve_open_file(pyexec_store_t *store,
    const pyexec_file_job_t *job, int client);
static int pyexec_serve_put(pyexec_store_t *store,
    const pyexec_file_job_t *job, int client, int body);
static int pyexec_serve_delete(pyexec_store_t *store,
    const pyexec_file_job_t *job, int client);
static void pyexec_serve_json(int client, pyexec_buf_t *json);
static void pyexec_serve_refuse(int client, pyexec_msg_e type, int err);


/*
 * What clients are told of an errno: the first line counts whose type is that
 * of the job, or 0.  The last one is for all others.
 */

static const struct {
    pyexec_msg_e           type;
    int                    err;
    uint32_t               code;
    const char            *detail;
} pyexec_file_errors[] = {
    { 0, ESTALE, 503, "the workspace is not there" },
    { 0, EACCES, 403, "the file or its directory is closed to the pool's "
                      "user" },
    { 0, EPERM, 403, "the file or its directory is closed to the pool's "
                     "user" },
    { 0, EDOM, 403, "code_exec, and what is in it, is not changed so" },
    { 0, ECANCELED, 412, "a precondition of the request does not hold" },

    { PYEXEC_MSG_PUT, EEXIST, 409, "something else than a file has that "
                                   "name" },
    { PYEXEC_MSG_PUT, ENOTDIR, 409, "a part of the path is no directory" },
    { PYEXEC_MSG_PUT, ENAMETOOLONG, 400, "a part of the path is too long" },
    { PYEXEC_MSG_PUT, EFBIG, 413, "the session would hold more than "
                                  "pyexec_max_session" },
    { PYEXEC_MSG_PUT, ENOSPC, 507, "the workspace's disk is full" },
    { PYEXEC_MSG_PUT, EDQUOT, 507, "the workspace's disk is full" },

    { PYEXEC_MSG_DELETE, EISDIR, 409, "it is a directory: recursive=1 removes "
                                      "it, with all that is in it" },
    { PYEXEC_MSG_DELETE, EBUSY, 409, "something is mounted there" },

    { 0, ENOENT, 404, "no such file" },
    { 0, ENOTDIR, 404, "no such file" },
    { 0, ELOOP, 404, "no such file" },
    { 0, EXDEV, 404, "no such file" },
    { 0, ENXIO, 404, "no such file" },
    { 0, ENODEV, 404, "no such file" },
    { 0, ENAMETOOLONG, 404, "no such file" },
    { 0, EISDIR, 404, "no such file, but a directory: a list of its files is "
                      "at this path with a slash at its end" },

    { PYEXEC_MSG_PUT, 0, 500, "the file cannot be stored" },
    { PYEXEC_MSG_DELETE, 0, 500, "not all could be removed" },
    { 0, 0, 500, "the session's files cannot be read" }
};


void
pyexec_serve_file(pyexec_pool_t *pool, pyexec_store_t *stores, int client,
    pyexec_msg_e type, const pyexec_buf_t *buf, int body)
{
    int                 rc;
    pyexec_store_t     *store;
    pyexec_file_job_t   job;

    if (pyexec_wire_decode(type, buf->data, buf->len, &job) == -1) {
        pyexec_serve_refuse(client, type, EPROTO);
        return;
    }

    store = pyexec_serve_store(pool, stores, job.workspace);

    if (store == NULL) {
        pyexec_serve_refuse(client, type, errno);
        return;
    }

    switch (type) {

    case PYEXEC_MSG_OPEN:
        rc = pyexec_serve_open_file(store, &job, client);
        break;

    case PYEXEC_MSG_PUT:
        rc = pyexec_serve_put(store, &job, client, body);
        break;

    case PYEXEC_MSG_DELETE:
        rc = pyexec_serve_delete(store, &job, client);
        break;

    default:
        rc = pyexec_serve_files(store, &job, client);
    }

    if (rc == -1) {
        pyexec_serve_refuse(client, type, errno);
    }
}


/* these return 0 if the job is answered, or -1 and errno */

static int
pyexec_serve_files(pyexec_store_t *store, const pyexec_file_job_t *job,
    int client)
{
    pyexec_buf_t  json = { NULL, 0, 0 };

    if (pyexec_files_list(store, job, &json) == -1) {
        return -1;
    }

    pyexec_serve_json(client, &json);

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


static int
pyexec_serve_put(pyexec_store_t *store, const pyexec_file_job_t *job,
    int client, int body)
{
    char              etag[PYEXEC_ETAG];
    unsigned          created;
    yajl_gen          g;
    struct stat       st;
    pyexec_buf_t      path = { NULL, 0, 0 };
    pyexec_buf_t      json = { NULL, 0, 0 };
    pyexec_stored_t   stored;

    if (pyexec_upload(store, job, body, client, &st, &created) == -1) {
        return -1;
    }

    pyexec_buf_add(&path, job->path.data, job->path.len);
    pyexec_buf_add(&path, "", 1);

    g = pyexec_json_gen(&json);
    pyexec_files_item(g, job, (char *) path.data, &st);
    yajl_gen_free(g);

    pyexec_files_etag(etag, &st);

    stored.code = created ? 201 : 200;
    stored.etag.data = (u_char *) etag;
    stored.etag.len = strlen(etag);
    stored.json = pyexec_buf_str(&json);

    (void) pyexec_send(client, PYEXEC_MSG_STORED, &stored, NULL, 0);

    pyexec_buf_free(&path);
    pyexec_buf_free(&json);

    return 0;
}


static int
pyexec_serve_delete(pyexec_store_t *store, const pyexec_file_job_t *job,
    int client)
{
    uint64_t      files;
    yajl_gen      g;
    pyexec_buf_t  json = { NULL, 0, 0 };

    files = 0;

    if (pyexec_upload_remove(store, job, &files) == -1) {
        return -1;
    }

    g = pyexec_json_gen(&json);
    pyexec_json_map(g, NULL);
    pyexec_json_int(g, "removed_files", files);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    pyexec_serve_json(client, &json);

    return 0;
}


/* frees json */

static void
pyexec_serve_json(int client, pyexec_buf_t *json)
{
    pyexec_result_t  result;

    memset(&result, 0, sizeof(pyexec_result_t));
    result.json = pyexec_buf_str(json);

    (void) pyexec_send(client, PYEXEC_MSG_RESULT, &result, NULL, 0);

    pyexec_buf_free(json);
}


static void
pyexec_serve_refuse(int client, pyexec_msg_e type, int err)
{
    unsigned  i;

    for (i = 0; /* void */ ; i++) {

        if ((pyexec_file_errors[i].type == 0
             || pyexec_file_errors[i].type == type)
            && (pyexec_file_errors[i].err == 0
                || pyexec_file_errors[i].err == err))
        {
            break;
        }
    }

    pyexec_send_error(client, pyexec_file_errors[i].code,
                      pyexec_file_errors[i].detail,
                      pyexec_file_errors[i].err ? 0 : err);
}
