
/* A run's threads, and their share of the processors. */

#ifndef _PYEXEC_THREADS_H_INCLUDED_
#define _PYEXEC_THREADS_H_INCLUDED_


/*
 * Returns the number of the process's threads, or 0 if /proc does not tell.
 *
 * The kernel shares processors among threads.  Where n threads of the process
 * run or want to, the nice values of all are raised, so that n of them weigh
 * about as much as one of another run: they have all processors while these
 * are idle, but not at the expense of others.  The kernel lets nobody lower
 * nice values again, and new threads inherit them.
 *
 * Affinity to one processor would keep others from its n threads as well, but
 * also a run that is alone from the other processors; and a cgroup can't be had
 * in an ordinary container.
 */

long pyexec_threads_watch(long pid);

/* returns the pid of a process, or 0 if it has died */

long pyexec_threads_pid(int pidfd);

/* returns the nice value by which n threads weigh no more than one */

int pyexec_threads_nice(unsigned n);


#endif /* _PYEXEC_THREADS_H_INCLUDED_ */
