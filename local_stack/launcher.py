"""
Become another program that ends when its parent does; run by path, so that it imports nothing.

Linux sends the chosen signal to a child whose parent died, but clears this setting when the child
changes its user, so the user is changed first.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Replace this process: PARENT_PID SIGNAL UID GID PROGRAM ARGUMENT…; UID -1 changes no user."""
    parent_pid, death_signal, uid, gid = map(int, arguments[:4])
    program = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent_pid:
            sys.exit("the process that wanted this one is gone")
    os.execvp(program[0], program)  # noqa: S606 - a shell is the last thing wanted here


if __name__ == "__main__":
    main(sys.argv[1:])
