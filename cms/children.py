"""Starting a child process that never outlives the one that started it."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """For Popen's preexec_fn: on Linux the kernel sends the child SIGTERM when its parent dies, kill -9 included."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
