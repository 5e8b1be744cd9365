
/* What is allowed of the system calls, and what becomes of the others. */

#ifndef _PYEXEC_CALLS_H_INCLUDED_
#define _PYEXEC_CALLS_H_INCLUDED_


#include <stdint.h>


/* numbers of system calls are below */

#define PYEXEC_MAX_CALL     512


typedef struct {
    unsigned               arg;
    uint64_t               mask;           /* 0: there is no condition */
    uint64_t               value;
} pyexec_cmp_t;


typedef struct {
    int                    nr;
    pyexec_cmp_t           cmp[2];
} pyexec_rule_t;


/* data is the caller's */

typedef int (*pyexec_rule_pt)(void *data, uint32_t action,
    const pyexec_rule_t *rule);


/*
 * Calls add for every rule, with libseccomp's action, which is the kernel's,
 * until it returns other than 0, and returns that.  Of a call's rules one
 * holds at most; what they leave of it, and a call without any, is ENOSYS.
 */

int pyexec_calls_each(pyexec_rule_pt add, void *data);

/* 1 where a call is judged by the child's filter, 0 where by the zygote's */

int pyexec_calls_later(int nr);

/* stand in a rule for the own pid, and for what locks get */

#define PYEXEC_SELF         0x5e1f5e1f
#define PYEXEC_LOCK         4000           /* as errno; there is none such */


#endif /* _PYEXEC_CALLS_H_INCLUDED_ */
