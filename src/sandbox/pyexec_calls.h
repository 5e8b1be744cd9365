
/* The table of system calls: what a run may call, and with which arguments. */

#ifndef _PYEXEC_CALLS_H_INCLUDED_
#define _PYEXEC_CALLS_H_INCLUDED_


#include <stdint.h>


/* all system call numbers are less */

#define PYEXEC_MAX_CALL     512


/* holds if (argument & mask) == value */

typedef struct {
    unsigned               arg;            /* 0 to 5 */
    uint64_t               mask;           /* 0: no condition */
    uint64_t               value;
} pyexec_cmp_t;


/* applies to calls of nr for which all conditions hold */

typedef struct {
    int                    nr;
    pyexec_cmp_t           cmp[2];
} pyexec_rule_t;


typedef int (*pyexec_rule_pt)(void *data, uint32_t action,
    const pyexec_rule_t *rule);


/*
 * Calls add(data, action, rule) for every rule until it returns anything but
 * 0, and returns that.  The action is one of libseccomp's, whose values are
 * the kernel's SECCOMP_RET_*.  For any arguments one rule of a call applies at
 * most; if none does, the call is to fail with ENOSYS.
 */

int pyexec_calls_each(pyexec_rule_pt add, void *data);

/* returns 1 if the child's filter decides on the call, 0: the zygote's does */

int pyexec_calls_later(int nr);

/*
 * Placeholders that pyexec_seccomp_load() replaces: a value to compare with
 * that stands for the process's own pid, and errnos (4095 is the greatest,
 * and none in use is over 1000) that stand for the actions for file locks, and
 * for times and modes of files.
 */

#define PYEXEC_SELF         0x5e1f5e1f
#define PYEXEC_LOCK         4000
#define PYEXEC_META         4001


#endif /* _PYEXEC_CALLS_H_INCLUDED_ */
