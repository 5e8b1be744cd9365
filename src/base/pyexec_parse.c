
#include "base/pyexec_parse.h"


yajl_status
pyexec_parse_end(yajl_handle parser)
{
    yajl_status  status;

    status = yajl_complete_parse(parser);

    /* a newline is allowed behind a value, but not in a string */

    return status == yajl_status_ok
           ? yajl_parse(parser, (const unsigned char *) "\n", 1) : status;
}
