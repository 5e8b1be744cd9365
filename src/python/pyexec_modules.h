
#ifndef _PYEXEC_MODULES_H_INCLUDED_
#define _PYEXEC_MODULES_H_INCLUDED_


/* a Python source of src/python; modules.sh writes the table at build time */

typedef struct {
    const char            *name;           /* "_pyexec_policy" */
    const char            *text;
} pyexec_module_t;


extern const pyexec_module_t  pyexec_modules[];    /* ends with a NULL name */


#endif /* _PYEXEC_MODULES_H_INCLUDED_ */
