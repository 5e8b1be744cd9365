
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_control.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_execute.h"
#include "nginx/ngx_http_pyexec_files.h"
#include "nginx/ngx_http_pyexec_limit.h"
#include "nginx/ngx_http_pyexec_load.h"
#include "nginx/ngx_http_pyexec_params.h"
#include "nginx/ngx_http_pyexec_results.h"
#include "nginx/ngx_http_pyexec_supervisor.h"
#include "nginx/ngx_http_pyexec_variables.h"


static ngx_int_t ngx_http_pyexec_filters(ngx_conf_t *cf);
static ngx_int_t ngx_http_pyexec_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_pyexec_init_process(ngx_cycle_t *cycle);
static void ngx_http_pyexec_exit_process(ngx_cycle_t *cycle);


/* the posts of the directives for endpoints */

static ngx_http_handler_pt  ngx_http_pyexec_handlers[] = {
    ngx_http_pyexec_execute_handler,
    ngx_http_pyexec_results_handler,
    ngx_http_pyexec_cleanup_handler,
    ngx_http_pyexec_files_handler
};


static ngx_conf_enum_t  ngx_http_pyexec_policies[] = {
    { ngx_string("off"), 0 },
    { ngx_string("on"), 1 },
    { ngx_string("lenient"), 2 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_pyexec_languages[] = {
    { ngx_string("es"), PYEXEC_SPANISH },
    { ngx_string("en"), PYEXEC_ENGLISH },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_pyexec_accesses[] = {
    { ngx_string("read"), 0 },
    { ngx_string("write"), 1 },
    { ngx_null_string, 0 }
};


/* what values the settings may have */

static ngx_http_pyexec_range_t  ngx_http_pyexec_timeout_range = {
    ngx_http_pyexec_seconds, 1, 86400, "must be between 1s and 1d"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_cpu_range = {
    ngx_http_pyexec_seconds, 0, 86400, "must be 1d at most"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_retain_range = {
    ngx_http_pyexec_seconds, 0, 3153600000, "must be 100y at most"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_queue_range = {
    ngx_http_pyexec_number, 1, 86400000, "must be between 1ms and 1d"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_size_range = {
    ngx_http_pyexec_size, 1, NGX_MAX_OFF_T_VALUE,
    "must not be 0, which does not mean \"unlimited\""
};

/* in base64, and with all else in it, a result has to fit in a message */

static ngx_http_pyexec_range_t  ngx_http_pyexec_inline_range = {
    ngx_http_pyexec_size, 1, 64 * 1024 * 1024, "must be between 1 and 64m"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_attempts_range = {
    ngx_http_pyexec_number, 1, 10, "must be between 1 and 10"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_files_range = {
    ngx_http_pyexec_number, 1, 1000000, "must be between 1 and 1000000"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_open_files_range = {
    ngx_http_pyexec_number, 16, 65536, "must be between 16 and 65536"
};

static ngx_http_pyexec_range_t  ngx_http_pyexec_threads_range = {
    ngx_http_pyexec_number, 1, 32768, "must be between 1 and 32768"
};


#define ngx_http_pyexec_anywhere                                              \
    NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF


static ngx_command_t  ngx_http_pyexec_commands[] = {

    { ngx_string("pyexec_pool"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_pyexec_pool,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_execute"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_pyexec_endpoint,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_pyexec_handlers[0] },

    { ngx_string("pyexec_results"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE23,
      ngx_http_pyexec_endpoint,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_pyexec_handlers[1] },

    { ngx_string("pyexec_cleanup"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_http_pyexec_endpoint,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_pyexec_handlers[2] },

    { ngx_string("pyexec_files"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE3,
      ngx_http_pyexec_files,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_pyexec_handlers[3] },

    { ngx_string("pyexec_workspace"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_http_pyexec_workspace,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, workspace),
      NULL },

    { ngx_string("pyexec_timeout"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, timeout),
      &ngx_http_pyexec_timeout_range },

    { ngx_string("pyexec_max_timeout"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_timeout),
      &ngx_http_pyexec_timeout_range },

    { ngx_string("pyexec_max_cpu"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_cpu),
      &ngx_http_pyexec_cpu_range },

    { ngx_string("pyexec_max_attempts"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_attempts),
      &ngx_http_pyexec_attempts_range },

    { ngx_string("pyexec_max_memory"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_memory),
      &ngx_http_pyexec_size_range },

    { ngx_string("pyexec_max_file_size"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_file_size),
      &ngx_http_pyexec_size_range },

    { ngx_string("pyexec_max_disk"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_disk),
      &ngx_http_pyexec_size_range },

    { ngx_string("pyexec_max_session"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_session),
      NULL },

    { ngx_string("pyexec_max_files"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_files),
      &ngx_http_pyexec_files_range },

    { ngx_string("pyexec_max_open_files"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_open_files),
      &ngx_http_pyexec_open_files_range },

    { ngx_string("pyexec_max_threads"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_threads),
      &ngx_http_pyexec_threads_range },

    { ngx_string("pyexec_max_output"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE12,
      ngx_http_pyexec_max_output,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_max_inline"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_inline),
      &ngx_http_pyexec_inline_range },

    { ngx_string("pyexec_queue_timeout"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, queue_timeout),
      &ngx_http_pyexec_queue_range },

    { ngx_string("pyexec_heartbeat"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, heartbeat),
      &ngx_http_pyexec_queue_range },

    { ngx_string("pyexec_limit"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE23,
      ngx_http_pyexec_limit,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_retain"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, retain),
      &ngx_http_pyexec_retain_range },

    { ngx_string("pyexec_retain_min"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, retain_min),
      &ngx_http_pyexec_retain_range },

    { ngx_string("pyexec_min_free"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_http_pyexec_min_free,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_session_access"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, session_access),
      ngx_http_pyexec_accesses },

    { ngx_string("pyexec_policy"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, policy),
      ngx_http_pyexec_policies },

    { ngx_string("pyexec_deny_import"),
      ngx_http_pyexec_anywhere|NGX_CONF_1MORE,
      ngx_http_pyexec_imports,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, deny),
      NULL },

    { ngx_string("pyexec_allow_import"),
      ngx_http_pyexec_anywhere|NGX_CONF_1MORE,
      ngx_http_pyexec_imports,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, allow),
      NULL },

    { ngx_string("pyexec_hints"),
      ngx_http_pyexec_anywhere|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, hints),
      NULL },

    { ngx_string("pyexec_language"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, language),
      ngx_http_pyexec_languages },

    { ngx_string("pyexec_ignore_client_abort"),
      ngx_http_pyexec_anywhere|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, ignore_client_abort),
      NULL },

    { ngx_string("pyexec_json_errors"),
      ngx_http_pyexec_anywhere|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, json_errors),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_pyexec_module_ctx = {
    ngx_http_pyexec_add_variables,         /* preconfiguration */
    ngx_http_pyexec_filters,               /* postconfiguration */

    ngx_http_pyexec_create_main_conf,      /* create main configuration */
    ngx_http_pyexec_init_main_conf,        /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_pyexec_create_loc_conf,       /* create location configuration */
    ngx_http_pyexec_merge_loc_conf         /* merge location configuration */
};


ngx_module_t  ngx_http_pyexec_module = {
    NGX_MODULE_V1,
    &ngx_http_pyexec_module_ctx,           /* module context */
    ngx_http_pyexec_commands,              /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_pyexec_init_module,           /* init module */
    ngx_http_pyexec_init_process,          /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_pyexec_exit_process,          /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_pyexec_filters(ngx_conf_t *cf)
{
    if (ngx_http_pyexec_files_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_pyexec_error_init(cf);
}


static ngx_int_t
ngx_http_pyexec_init_module(ngx_cycle_t *cycle)
{
    ngx_http_pyexec_main_conf_t  *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    if (pmcf == NULL || pmcf->pools.nelts == 0) {
        return NGX_OK;
    }

    ngx_http_pyexec_supervisor_check(cycle);

    return ngx_test_config ? NGX_OK : ngx_http_pyexec_supervisor_init(cycle);
}


static ngx_int_t
ngx_http_pyexec_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i, queue;
    ngx_http_pyexec_pool_t       **pools;
    ngx_http_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    /* the cache manager and the cache loader come here too */

    if (pmcf == NULL || pmcf->pools.nelts == 0
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {

        if (ngx_http_pyexec_load_claim(pools[i], cycle->log) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_pyexec_limit_init(pools[i], cycle->log);

        for (queue = 0; queue < NGX_HTTP_PYEXEC_QUEUES; queue++) {
            if (ngx_http_pyexec_control_open(cycle, pools[i], queue) != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    if (ngx_process == NGX_PROCESS_SINGLE) {
        ngx_http_pyexec_supervisor_run(cycle);
    }

    return NGX_OK;
}


static void
ngx_http_pyexec_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i;
    ngx_http_pyexec_pool_t       **pools;
    ngx_http_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    if (pmcf == NULL) {
        return;
    }

    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {
        ngx_http_pyexec_load_release(pools[i]);
    }
}
