"""Takes 2 GiB in native code and writes into every page of it."""

import ctypes

SIZE = 2 * 2**30
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
libc.malloc.argtypes = [ctypes.c_size_t]
libc.memset(libc.malloc(SIZE), 1, SIZE)
print("2 GiB taken")
