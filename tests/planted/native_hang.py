"""Hangs in native code and keeps the interpreter's lock: no Python of it ever runs again."""

import ctypes

ctypes.PyDLL(None).sleep(600)
