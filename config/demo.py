"""The demo: the whole service on this machine with a simulated fleet, by one command.

Private servers, migrations, a scenario, the service's own processes, and a simulated world that
speaks only HTTP. Ctrl-C (or SIGTERM, SIGHUP, or a kill of this process) ends all of it.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from config import demo_gateways, demo_milestones
from config.binaries import MissingBinaryError
from config.catalogues import compile_catalogues
from config.commands import manage_command, web_command, worker_command
from config.demo_shell import shell_lines
from config.demo_state import DemoState, OtherScenarioError
from config.process import bound
from config.servers import PrivateServerError, PrivateServers, free_port, write_secret
from config.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent
WEB_READY_S = 60.0


class DemoError(RuntimeError):
    """The demo cannot go on; the message says why and where to look."""


class Stopped(Exception):  # noqa: N818 -- not an error
    """Somebody asked the demo to end."""


class Demo:
    """One start of the demo."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.began_s = time.monotonic()
        self.home: Path = options.data.resolve()
        self.logs = self.home / "logs"
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        scenario = {name: getattr(options, name) for name in ("trucks", "stations", "seed")}
        self.state_file = self.home / "state.json"
        self.state = DemoState.open(
            self.state_file, scenario=scenario, wall_s=time.time(), rate=options.speed
        )
        self.port = options.port if _is_free(options.port) else free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.gateways_port = free_port()
        self.world = self.home / "world.json"
        self.servers = PrivateServers(self.home / "servers")
        self.shell = self.home / "env"
        environment = {**os.environ, **self._settings()}
        self.supervisor = Supervisor(environment, self.logs, self.say)

    def say(self, line: str) -> None:
        """Print a line with the seconds since the start."""
        print(f"[{time.monotonic() - self.began_s:6.1f} s] {line}", flush=True)

    def _settings(self) -> dict[str, str]:
        return {
            **self.state.clock.environment(),
            "YIZHAN_DEMO": "1",
            "SECRET_KEY": self.state.secret_key,
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": self.servers.redis_url,
            "PUBLIC_URL": self.base_url,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "EMAIL_FILE_PATH": str(self.world.parent / "mail"),
            **demo_gateways.environment(self.gateways_port),
            "PYTHONUNBUFFERED": "1",
            "REMAP_SIGTERM": "SIGQUIT",  # a worker ends at once; its work is a row and comes again
        }

    def run(self) -> None:
        """Start everything and look after it until told to stop."""
        self.state.save(self.state_file, wall_s=time.time())
        try:
            self.start_servers()
            self.start_service()
            self.load_scenario()
            self.start_world()
            self.print_doors()
            self.look_after()
        finally:
            self.say("stopping ...")
            self.shell.unlink(missing_ok=True)
            self.supervisor.stop()
            self.servers.stop()
            self.state.save(self.state_file, wall_s=time.time())
            self.say("stopped; nothing is left running")

    def start_servers(self) -> None:
        """Start the private servers and bring the tables up to date."""
        compile_catalogues()
        self.say("starting a private PostgreSQL and Valkey")
        self.servers.start_postgres()
        self.servers.start_redis()
        self.say("creating the tables")
        self._manage("migrate", "--verbosity", "0")

    def load_scenario(self) -> None:
        """Build the scenario; at a second start this only renews the drivers' links."""
        named = ", ".join(f"{value} {name}" for name, value in self.state.scenario.items())
        self.say(f"loading the scenario ({named})")
        numbers = [f"--{name}={value}" for name, value in self.state.scenario.items()]
        self._manage("load_scenario", *numbers, "--visitor", f"--secrets={self.world}")

    def start_service(self) -> None:
        """Start the service's processes; they come up while the scenario is built."""
        self.say("starting the web server, the workers and the relay")
        children = self.supervisor
        children.start("web", web_command(port=self.port), DATABASE_POOL_MAX="16")
        children.start("relay", manage_command("run_relay"))
        children.start("gateways", demo_gateways.command(self.gateways_port, home=self.home))
        children.start("work", worker_command("work", concurrency=2))
        children.start("plan", worker_command("plan", concurrency=1))
        children.start("preview", worker_command("preview", concurrency=1))

    def start_world(self) -> None:
        """Wait until the web answers, then let the simulated world begin."""
        end = time.monotonic() + WEB_READY_S
        while not demo_milestones.web_answers(self.base_url):
            if time.monotonic() > end:
                raise DemoError(f"the web server does not answer; see {self.logs}/web.log")
            self.supervisor.look()
            time.sleep(0.1)
        self.say(f"the web answers; the simulated world starts, {self.options.speed:g} times fast")
        world = [f"--base-url={self.base_url}", f"--secrets={self.world}"]
        world += [f"--speed={self.options.speed:g}"]
        self.supervisor.start("world", manage_command("simulate_world", *world))

    def print_doors(self) -> None:
        """Print the addresses and logins."""
        programs, clock = str(Path(sys.executable).parent), self.state.clock
        settings = self._settings()
        write_secret(
            self.shell,
            shell_lines(settings, base_url=self.base_url, programs=programs, clock=clock),
        )
        print()
        for line in demo_milestones.doors(self.base_url, json.loads(self.world.read_text())):
            print(f"    {line}")
        print(
            f"    {'Messages':<17} {demo_gateways.url(self.gateways_port)}  (SMS, WeChat: played)"
        )
        print(f"    {'More logins':<17} {self.world}")
        print(f"    {'Mails':<17} {self.world.parent / 'mail'}")
        print(f"    {'Logs':<17} {self.logs}")
        print(f"    {'For your shell':<17} . {self.shell}")
        print("    Ctrl-C stops everything.\n", flush=True)

    def look_after(self) -> None:
        """Restart what ends, remember the clock, and tell the first things that happen."""
        milestones = demo_milestones.Milestones(
            self.servers.database_url, since_s=self.state.clock.at_s
        )
        saved_s = 0.0
        while True:
            self.supervisor.look()
            self._look_after_servers()
            for line in milestones.reached():
                self.say(f"{line} after {time.monotonic() - self.began_s:.1f} s")
            if time.monotonic() - saved_s > 1:
                saved_s = time.monotonic()
                self.state.save(self.state_file, wall_s=time.time())
            time.sleep(0.25)

    def _look_after_servers(self) -> None:
        for name, process, start in (
            ("PostgreSQL", self.servers.postgres, self.servers.start_postgres),
            ("Valkey", self.servers.redis, self.servers.start_redis),
        ):
            if process and process.poll() is not None:
                self.say(f"{name} ended ({process.returncode}), starting it again")
                start()

    def _manage(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            bound(manage_command(name, *arguments)),
            env=self.supervisor.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            start_new_session=True,
        )
        write_secret(self.logs / f"{name}.log", done.stdout + done.stderr)  # holds passwords
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise DemoError(f"manage.py {name} failed: {' '.join(last)} ({self.logs}/{name}.log)")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.demo", description=__doc__)
    parser.add_argument("--trucks", type=int, default=60)
    parser.add_argument("--stations", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=10.0, help="how many times real time")
    parser.add_argument("--port", type=int, default=8000, help="another is taken if it is in use")
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "demo")
    return parser.parse_args(arguments)


def _stop(_number: int, _frame: FrameType | None) -> Any:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # stopping happens once
    raise Stopped


def main(arguments: list[str]) -> None:
    """Run the demo; every expected failure is one sentence."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        Demo(_options(arguments)).run()
    except Stopped:
        pass
    except (DemoError, MissingBinaryError, OtherScenarioError, PrivateServerError) as error:
        raise SystemExit(f"yizhan: {error}") from error


if __name__ == "__main__":
    main(sys.argv[1:])
