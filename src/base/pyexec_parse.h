
/* The end of what yajl's parser reads. */

#ifndef _PYEXEC_PARSE_H_INCLUDED_
#define _PYEXEC_PARSE_H_INCLUDED_


#include <yajl/yajl_parse.h>


/*
 * As yajl_complete_parse(), which alone ignores a string behind the value that
 * does not end, as in {}"x: that is an error here.
 */

yajl_status pyexec_parse_end(yajl_handle parser);


#endif /* _PYEXEC_PARSE_H_INCLUDED_ */
