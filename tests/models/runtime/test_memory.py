"""What a process keeps of freed memory, as the C library itself tells it."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no arenas")

SCRIPT = """
import ctypes, sys, threading
from models.runtime.memory import keep_memory_small

if sys.argv[1] == "small":
    keep_memory_small()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(12)

def take():
    together.wait()
    libc.malloc(1000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""


def arenas(how: str) -> int:
    """How many arenas twelve threads fill."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


def test_many_threads_share_two_arenas() -> None:
    """A thread's own arena keeps what its largest batch needed."""
    assert arenas("small") <= 2 < arenas("as it comes")
