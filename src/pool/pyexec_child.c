
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "base/pyexec_io.h"
#include "base/pyexec_title.h"
#include "pool/pyexec_pool.h"
#include "python/memory/pyexec_heap.h"
#include "python/pyexec_python.h"
#include "python/pyexec_show.h"
#include "sandbox/pyexec_seccomp.h"
#include "wire/pyexec_message.h"


static void pyexec_child_confine(pyexec_pool_t *pool,
    const pyexec_child_job_t *job, const int *fds);
static void pyexec_child_correct(const pyexec_child_job_t *job,
    pyexec_str_t *code);
static void pyexec_child_failed(const pyexec_child_failed_t *failed);
static void pyexec_child_bundle(const pyexec_child_bundle_t *bundle);
static void pyexec_child_say(pyexec_msg_e type, const void *msg);
static void pyexec_child_wall(const char *what)
    __attribute__((noreturn));
static void pyexec_child_exit(int status)
    __attribute__((noreturn));


void
pyexec_child(pyexec_pool_t *pool, pyexec_zygote_e kind)
{
    int                     end, status, fds[PYEXEC_CHILD_FDS];
    const char             *what;
    pyexec_str_t            code;
    pyexec_msg_e            type;
    pyexec_child_job_t      job;
    pyexec_child_ready_t    ready;
    pyexec_child_checked_t  checked;

    static pyexec_buf_t     buf;

    pyexec_title("pyexec-child", "child, waiting");

    what = pyexec_sandbox_prepare(&pool->sandbox, PYEXEC_CHILD_FD + 1);
    if (what) {
        pyexec_child_wall(what);
    }

    pyexec_python_reseed();

    ready.kind = kind;
    end = pyexec_seccomp_listen();

    (void) pyexec_send(PYEXEC_CHILD_FD, PYEXEC_MSG_CHILD_READY, &ready, &end,
                       end != -1);
    (void) close(end);

    pyexec_heap_copy(PYEXEC_CHILD_FD);

    if (pyexec_recv(PYEXEC_CHILD_FD, &buf, &type, fds, PYEXEC_CHILD_FDS) == -1
        || type != PYEXEC_MSG_CHILD_JOB || fds[0] == -1
        || pyexec_wire_decode(type, buf.data, buf.len, &job) == -1)
    {
        /* the runner has closed the socket: it drops this child, or is dead */

        pyexec_child_exit(0);
    }

    pyexec_title("pyexec-child", "child, run %.*s", (int) job.run_id.len,
                 job.run_id.data);

    pyexec_child_confine(pool, &job, fds);

    /* all walls are up: from here on this process counts as hostile */

    code = job.code;

    if (job.correct) {
        pyexec_child_correct(&job, &code);
    }

    pyexec_python_check(&job, &code, &checked);
    pyexec_child_say(PYEXEC_MSG_CHILD_CHECKED, &checked);

    status = 0;

    if (pyexec_str_is(&checked.status, "ok")) {
        pyexec_show_begin(job.timeout, pyexec_child_bundle);
        status = pyexec_python_run(&code, pyexec_child_failed);
        (void) fflush(NULL);
    }

    pyexec_child_exit(status);
}


static void
pyexec_child_confine(pyexec_pool_t *pool, const pyexec_child_job_t *job,
    const int *fds)
{
    const char        *what;
    pyexec_confine_t   c;

    if (dup2(fds[PYEXEC_CHILD_IN], STDIN_FILENO) == -1) {
        pyexec_child_wall("dup2()");
    }

    (void) close(fds[PYEXEC_CHILD_IN]);

    memset(&c, 0, sizeof(pyexec_confine_t));

    c.workspace = job->workspace;
    c.session = job->session;
    c.run_id = job->run_id;
    c.session_fd = fds[PYEXEC_CHILD_SESSION];
    c.run_fd = fds[PYEXEC_CHILD_DIR];
    c.session_write = job->session_write;
    c.max_memory = job->max_memory;
    c.max_file_size = job->max_file_size;
    c.max_open_files = job->max_open_files;
    c.max_threads = job->max_threads;
    c.max_cpu = job->max_cpu;

    what = pyexec_sandbox_confine(&pool->sandbox, &c);
    if (what) {
        pyexec_child_wall(what);
    }

    (void) close(fds[PYEXEC_CHILD_SESSION]);
    (void) close(fds[PYEXEC_CHILD_DIR]);
}


static void
pyexec_child_correct(const pyexec_child_job_t *job, pyexec_str_t *code)
{
    u_char                    go;
    pyexec_child_corrected_t  corrected;

    pyexec_python_correct(job, &corrected);
    pyexec_child_say(PYEXEC_MSG_CHILD_CORRECTED, &corrected);

    if (corrected.method.len == 0
        || read(PYEXEC_CHILD_FD, &go, 1) != 1)
    {
        pyexec_child_exit(0);
    }

    *code = corrected.code;
}


static void
pyexec_child_failed(const pyexec_child_failed_t *failed)
{
    pyexec_child_say(PYEXEC_MSG_CHILD_FAILED, failed);
}


static void
pyexec_child_bundle(const pyexec_child_bundle_t *bundle)
{
    pyexec_child_say(PYEXEC_MSG_CHILD_BUNDLE, bundle);
}


/*
 * Sends with write(), since the seccomp filter refuses sendmsg().  An error
 * means that the runner is gone; then the zygote kills this process.
 */

static void
pyexec_child_say(pyexec_msg_e type, const void *msg)
{
    pyexec_buf_t  buf = { NULL, 0, 0 };

    if (pyexec_buf_message(&buf, type, msg) == 0) {
        (void) pyexec_write_all(PYEXEC_CHILD_FD, buf.data, buf.len);
    }

    pyexec_buf_free(&buf);
}


static void
pyexec_child_wall(const char *what)
{
    pyexec_child_wall_t  wall;

    wall.error = errno;
    wall.what.data = (const u_char *) what;
    wall.what.len = strlen(what);

    pyexec_child_say(PYEXEC_MSG_CHILD_WALL, &wall);

    pyexec_child_exit(1);
}


/*
 * Not _exit(): the call waits for the runner, and would fail by the code's
 * signal handlers, or because the runner has gone.
 */

static void
pyexec_child_exit(int status)
{
    sigset_t  all;

    (void) sigfillset(&all);
    (void) sigprocmask(SIG_SETMASK, &all, NULL);

    (void) syscall(SYS_exit_group, status);

    for ( ;; ) {
        (void) syscall(SYS_exit, status);
    }
}
