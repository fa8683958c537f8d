"""Dies as native code dies: it reads where nothing is."""

import ctypes

ctypes.string_at(8)
