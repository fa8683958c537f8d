"""What a shell needs to speak with the running demo: settings, address, and its fast clock."""

import shlex
from collections.abc import Mapping

from config.demo_state import Clock

NOW = """now() {{
  python -c 'import time, datetime as d
at_s = {at_s!r} + (time.time() - {wall_s!r}) * {rate!r}
print(d.datetime.fromtimestamp(at_s, d.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))'
}}
"""


def shell_lines(settings: Mapping[str, str], *, base_url: str, programs: str, clock: Clock) -> str:
    """Return lines to be read by `.`: settings, `HOST`, `PATH`, and `now` of the service's clock.

    `programs` is the directory of the Python that has the service's libraries.
    """
    told = {**settings, "HOST": base_url}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in told.items()]
    lines.append(f'export PATH={shlex.quote(programs)}:"$PATH"')
    return "\n".join(lines) + "\n" + NOW.format(**vars(clock))
