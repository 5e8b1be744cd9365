"""Keeps functions of the standard library from running after every fork.

They renew locks and forget other threads, or seed random.  A zygote has one
thread and holds no lock when it forks, and reseed() seeds; the functions would
take longer than the fork.  The first of the modules, by its name, as others
import what registers them.
"""

import os
import sys

_register_at_fork = os.register_at_fork
_HOOKS = frozenset("concurrent.futures.thread logging random threading".split())


def _register(**hooks):
    if sys._getframe(1).f_globals.get("__name__") not in _HOOKS:
        _register_at_fork(**hooks)


os.register_at_fork = _register


def end():
    """Let all be registered again, for code that forks."""
    os.register_at_fork = _register_at_fork
