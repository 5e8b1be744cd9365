
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pyexec_log.h"
#include "pool/pyexec_pool.h"


/*
 * Default of zygotes=: workers for a light zygote, and light zygotes for a
 * full one.  A fork takes CPU time of its zygote, which "make bench" prints,
 * and so limits the runs that one can start in a second.
 */

#define PYEXEC_ZYGOTE_WORKERS   4
#define PYEXEC_LIGHT_FOR_FULL   6


typedef struct {
    const char            *name;           /* "workers=" */
    void                 (*set)(pyexec_pool_t *pool, const char *value);
} pyexec_param_t;


static void pyexec_set_name(pyexec_pool_t *pool, const char *value);
static void pyexec_set_workers(pyexec_pool_t *pool, const char *value);
static void pyexec_set_zygotes(pyexec_pool_t *pool, const char *value);
static void pyexec_set_sandbox(pyexec_pool_t *pool, const char *value);
static void pyexec_set_python(pyexec_pool_t *pool, const char *value);
static void pyexec_set_fonts(pyexec_pool_t *pool, const char *value);
static void pyexec_set_matplotlibrc(pyexec_pool_t *pool, const char *value);
static void pyexec_set_preload(pyexec_pool_t *pool, const char *value);
static void pyexec_set_max_requests(pyexec_pool_t *pool, const char *value);
static void pyexec_set_user(pyexec_pool_t *pool, const char *value);
static void pyexec_set_limits(pyexec_pool_t *pool, const char *value);
static void pyexec_set_workspace(pyexec_pool_t *pool, const char *value);


static const pyexec_param_t  pyexec_param_table[] = {
    { "name=", pyexec_set_name },
    { "workers=", pyexec_set_workers },
    { "zygotes=", pyexec_set_zygotes },
    { "sandbox=", pyexec_set_sandbox },
    { "python=", pyexec_set_python },
    { "fonts=", pyexec_set_fonts },
    { "matplotlibrc=", pyexec_set_matplotlibrc },
    { "preload=", pyexec_set_preload },
    { "max_requests=", pyexec_set_max_requests },
    { "user=", pyexec_set_user },
    { "limits=", pyexec_set_limits },
    { "workspace=", pyexec_set_workspace },
    { NULL, NULL }
};


void
pyexec_params(pyexec_pool_t *pool, int argc, char **argv)
{
    int                    i;
    char                  *arg;
    const pyexec_param_t  *p;

    pool->name = "?";
    pool->workers = 1;
    pool->user = "nobody";
    pool->sandbox.python = "/usr";

    for (i = 1; i < argc; i++) {

        /* pyexec_title() overwrites argv's memory */

        arg = strdup(argv[i]);

        for (p = pyexec_param_table; p->name; p++) {
            if (arg && strncmp(arg, p->name, strlen(p->name)) == 0) {
                p->set(pool, arg + strlen(p->name));
                break;
            }
        }

        if (p->name == NULL) {
            pyexec_die("invalid parameter \"%s\": this program is started by "
                       "nginx", argv[i]);
        }
    }

    if (pool->sandbox.nworkspaces == 0) {
        pyexec_die("no workspace: this program is started by nginx");
    }

    pool->kinds = pool->preload && *pool->preload == '\0' ? 1 : PYEXEC_KINDS;

    if (pool->zygotes[PYEXEC_LIGHT] == 0) {
        pool->zygotes[PYEXEC_LIGHT] = (pool->workers + PYEXEC_ZYGOTE_WORKERS
                                       - 1) / PYEXEC_ZYGOTE_WORKERS;
    }

    pool->zygotes[PYEXEC_FULL] = (pool->zygotes[PYEXEC_LIGHT]
                                  + PYEXEC_LIGHT_FOR_FULL - 1)
                                 / PYEXEC_LIGHT_FOR_FULL;
}


static void
pyexec_set_name(pyexec_pool_t *pool, const char *value)
{
    pool->name = value;
}


static void
pyexec_set_workers(pyexec_pool_t *pool, const char *value)
{
    pool->workers = strtoul(value, NULL, 10);

    if (pool->workers < 1 || pool->workers > PYEXEC_MAX_WORKERS) {
        pyexec_die("workers=%s is not between 1 and %u", value,
                   PYEXEC_MAX_WORKERS);
    }
}


static void
pyexec_set_zygotes(pyexec_pool_t *pool, const char *value)
{
    pool->zygotes[PYEXEC_LIGHT] = strtoul(value, NULL, 10);

    if (pool->zygotes[PYEXEC_LIGHT] < 1
        || pool->zygotes[PYEXEC_LIGHT] > PYEXEC_MAX_ZYGOTES)
    {
        pyexec_die("zygotes=%s is not between 1 and %u", value,
                   PYEXEC_MAX_ZYGOTES);
    }
}


static void
pyexec_set_sandbox(pyexec_pool_t *pool, const char *value)
{
    pool->sandbox.strict = strcmp(value, "strict") == 0;
}


static void
pyexec_set_python(pyexec_pool_t *pool, const char *value)
{
    pool->sandbox.python = value;
}


static void
pyexec_set_fonts(pyexec_pool_t *pool, const char *value)
{
    pool->sandbox.fonts = value;
}


static void
pyexec_set_matplotlibrc(pyexec_pool_t *pool, const char *value)
{
    pool->sandbox.matplotlibrc = value;
}


static void
pyexec_set_preload(pyexec_pool_t *pool, const char *value)
{
    pool->preload = value;
}


static void
pyexec_set_max_requests(pyexec_pool_t *pool, const char *value)
{
    pool->max_requests = strtoull(value, NULL, 10);
}


static void
pyexec_set_user(pyexec_pool_t *pool, const char *value)
{
    pool->user = value;
}


/* the highest limit of all locations: bytes, bytes, number, number, seconds */

static void
pyexec_set_limits(pyexec_pool_t *pool, const char *value)
{
    int                n;
    pyexec_confine_t  *most;

    n = 0;
    most = &pool->sandbox.most;

    if (sscanf(value, "%" SCNu64 ",%" SCNu64 ",%" SCNu32 ",%" SCNu32 ",%"
               SCNu32 "%n", &most->max_memory, &most->max_file_size,
               &most->max_open_files, &most->max_threads, &most->max_cpu, &n)
        != 5 || value[n] != '\0')
    {
        pyexec_die("invalid limits \"%s\"", value);
    }
}


/*
 * "86400,600,0,5:/path": the ages in seconds at which runs are removed, and
 * may be; what is to stay free, in bytes, and in percent; and the path.
 */

static void
pyexec_set_workspace(pyexec_pool_t *pool, const char *value)
{
    int             len;
    unsigned        n;
    pyexec_keep_t  *keep;

    n = pool->sandbox.nworkspaces;

    if (n == PYEXEC_MAX_WORKSPACES) {
        pyexec_die("more than %u workspaces", PYEXEC_MAX_WORKSPACES);
    }

    len = 0;
    keep = &pool->keep[n];

    if (sscanf(value, "%" SCNu32 ",%" SCNu32 ",%" SCNu64 ",%" SCNu32 ":%n",
               &keep->retain, &keep->retain_min, &keep->min_free,
               &keep->min_percent, &len)
        != 4 || len == 0)
    {
        pyexec_die("invalid workspace \"%s\"", value);
    }

    pool->sandbox.workspaces[n].path = value + len;
    pool->sandbox.nworkspaces++;
}
