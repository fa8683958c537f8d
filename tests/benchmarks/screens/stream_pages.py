"""The pages: one process that keeps many drivers' streams open and notes when events come."""

import asyncio
import resource
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

AT_ONCE = 50


async def keep_open(url: str, session: str, out: list[str], opened: asyncio.Semaphore) -> None:
    """Open one stream and note the id and the time of each promise shown."""
    parts = urlsplit(url)
    async with opened:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Cookie: sessionid={session}\r\nAccept: text/event-stream\r\n\r\n".encode()
        )
        await writer.drain()
        while not (await reader.readline()).startswith(b"event: assignment"):
            pass
    print("open", flush=True)
    shown = b""
    while line := await reader.readline():
        if line.startswith(b"id: "):
            shown = line[4:].strip()
        elif line.startswith(b"event: assignment") and shown:
            out.append(f"{shown.decode()} {time.time()}")


async def main(url: str, sessions: Path, results: Path) -> None:
    """Keep all of them open until the input ends, then write down what came."""
    out: list[str] = []
    gate = asyncio.Semaphore(AT_ONCE)
    keys = sessions.read_text().split()
    tasks = [asyncio.create_task(keep_open(url, key, out, gate)) for key in keys]
    await asyncio.to_thread(sys.stdin.read)
    results.write_text("\n".join(out))
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
