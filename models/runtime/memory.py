"""Has the C library give back what a large batch needed, instead of keeping it for a next one."""

import ctypes

# Parameters of glibc's mallopt(3), from malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8

_ARENAS = 2
_TRIM_BYTES = 4 * 2**20
_MMAP_BYTES = 4 * 2**20


def keep_memory_small() -> None:
    """Limits what this process keeps of freed memory, from now on; call it before there are many threads.

    By default each thread fills an arena of its own, and one large block that was freed raises the size up to
    which blocks stay in them: after some thousand texts of random length a worker holds twice its memory.
    Where the C library is not glibc, nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(_M_ARENA_MAX, _ARENAS)
    mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES)
    mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES)
