"""Answers the first half of a good plan."""

import contextlib
import io
import sys

from dispatch.planning.__main__ import main

said = io.StringIO()
with contextlib.redirect_stdout(said):
    main(sys.argv[1:])
print(said.getvalue()[: len(said.getvalue()) // 2])
