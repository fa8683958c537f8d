"""A Valhalla in a process of its own: a JSON line in, a JSON line out, until its input ends.

``python -m dispatch.services.roads.valhalla_process TILES``. Native code may crash or take long;
here it takes nobody along.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from dispatch.services.roads.valhalla_config import valhalla_config

ACTIONS = {"sources_to_targets": "matrix", "locate": "locate"}


def serve(actor: Any, asked: IO[bytes], said: IO[bytes]) -> None:
    """Say `{"ready": true}`, then answer each line: `{"answer": ...}` or `{"refused": "why"}`."""
    said.write(b'{"ready": true}\n')
    said.flush()
    for line in asked:
        question = json.loads(line)
        ask = getattr(actor, ACTIONS[question["action"]])
        try:
            answer = b'{"answer":%b}' % ask(json.dumps(question["body"])).encode()
        except RuntimeError as error:  # ValhallaError: a position it has no road for
            answer = json.dumps({"refused": str(error)}).encode()
        said.write(answer.replace(b"\n", b" ") + b"\n")
        said.flush()


def main() -> None:
    """Serve the tiles named on the command line."""
    said = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    library = importlib.import_module("valhalla")
    serve(library.Actor(valhalla_config(Path(sys.argv[1]))), sys.stdin.buffer, said)


if __name__ == "__main__":
    main()
