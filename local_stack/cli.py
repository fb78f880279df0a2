"""The command line: global options, verbs, and the exit code of each outcome."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg2
from botocore.exceptions import BotoCoreError, ClientError

from bikeshare.drops import Lane
from bikeshare.errors import BikeshareError
from local_stack.errors import LocalStackError
from local_stack.home import Home
from local_stack.java import REPOSITORY
from local_stack.output import Output
from local_stack.stack import SERVICES
from local_stack.sweeper import GRACE
from local_stack.verbs.demo import demo
from local_stack.verbs.doctor import doctor
from local_stack.verbs.drain import drain
from local_stack.verbs.forget import forget
from local_stack.verbs.look import logs, restart_service, status
from local_stack.verbs.poll import poll
from local_stack.verbs.prepare import Wish, prepare
from local_stack.verbs.rebuild import rebuild
from local_stack.verbs.redrive import redrive
from local_stack.verbs.rejected import rejected
from local_stack.verbs.replay import replay
from local_stack.verbs.sweep import sweep
from local_stack.verbs.up import PROGRAM, down, up
from local_stack.verbs.upload import upload

DEFAULT_HOME: Final = REPOSITORY / ".local"
INTERRUPTED: Final = 130
EXIT_CODES: Final = """\
exit codes:
  0    done
  1    failed, or not finished in time
  2    the arguments make no sense
  3    no stack is running in this home
  130  interrupted

Global options stand before the verb or after it. All data lie in the home; when that is not
reachable for other users and you are root, the database lies in /var/tmp/bikeshare-…, and
`down --purge` removes it.
"""


def main(arguments: Sequence[str]) -> int:
    """Run one verb and return its exit code; an expected failure is one line on stderr."""
    given = parser().parse_args(arguments)
    if given.verbose:
        logging.basicConfig(level=logging.DEBUG)
    forget_other_places(os.environ)
    try:
        return run(given, Home(given.home.resolve()), Output(as_json=given.json))
    except LocalStackError as error:
        return failed(error, error.exit_code)
    except BrokenPipeError:
        # The reader has closed the pipe; without this, Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return LocalStackError.exit_code
    except (BikeshareError, BotoCoreError, ClientError, psycopg2.Error, OSError) as error:
        return failed(error, LocalStackError.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED


def forget_other_places(environment: MutableMapping[str, str]) -> None:
    """
    Remove the shell's settings for other databases and AWS accounts: all of ours are local.

    A proxy stays, since a public feed may need one, but it is bypassed for this machine.
    """
    for name in list(environment):
        if name.startswith("PG") or name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
            del environment[name]
    for name in ("no_proxy", "NO_PROXY"):
        known = filter(None, environment.get(name, "").split(","))
        environment[name] = ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost"]))


def end_as_by_ctrl_c() -> None:
    """Let SIGTERM unwind a verb as Ctrl-C does, so that it cleans up after itself."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def failed(error: Exception, exit_code: int) -> int:
    """Print the error as one line on stderr; return the exit code."""
    said = " ".join(str(error).split()) or type(error).__name__
    print(f"{PROGRAM}: {said}", file=sys.stderr)  # noqa: T201 - a command's complaint
    logging.getLogger(__name__).debug("where it happened", exc_info=error)
    return exit_code


def run(given: argparse.Namespace, home: Home, output: Output) -> int:
    """Call the verb with its arguments; return the exit code."""
    verbs = {
        "demo": lambda: demo(home, output, files=given.files, speed=given.speed),
        "up": lambda: up(home, output, detach=given.detach),
        "down": lambda: down(home, output, purge=given.purge),
        "status": lambda: status(home, output),
        "logs": lambda: logs(home, output, name=given.name, lines=given.lines, follow=given.follow),
        "upload": lambda: upload(home, output, files=given.files, lane=given.lane, key=given.key),
        "drain": lambda: drain(home, output, timeout_s=given.timeout),
        "sweep": lambda: sweep(home, output, older_than_s=given.older_than),
        "forget": lambda: forget(home, output, days=given.older_than),
        "rejected": lambda: rejected(
            home, output, drop=given.drop, lines=given.lines, as_file=given.as_file
        ),
        "poll": lambda: poll(home, output, urls=given.urls, hosts=given.host),
        "rebuild": lambda: rebuild(home, output),
        "redrive": lambda: redrive(home, output, records=given.records),
        "restart": lambda: restart_service(home, output, name=given.name),
        "replay": lambda: replay(home, output, files=given.files, speed=given.speed),
        "prepare": lambda: prepare(
            home,
            output,
            files=given.files,
            out=given.out,
            wish=Wish(lane=given.lane, slice=given.slice, open_rows=given.open_rows),
        ),
        "doctor": lambda: doctor(output),
    }
    return verbs[given.verb]()


def parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command."""
    top = argparse.ArgumentParser(
        prog="python -m local_stack",
        description="The whole product on this machine: no Docker, no AWS account.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        parents=[global_options()],
    )
    top.set_defaults(home=DEFAULT_HOME, json=False, verbose=False)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Verb)
    _add_life(verbs)
    _add_looks(verbs)
    _add_data(verbs)
    return top


def global_options() -> argparse.ArgumentParser:
    """Build the global options; one not repeated after the verb keeps its earlier value."""
    options = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    options.add_argument("--home", type=Path, metavar="DIR", help="all state (.local)")
    options.add_argument("--json", action="store_true", help="answer with one JSON document")
    options.add_argument("-v", "--verbose", action="store_true", help="log what is going on")
    return options


class Verb(argparse.ArgumentParser):
    """The parser of one verb, which also accepts the global options after the verb."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(parents=[global_options()], **given)


if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[Verb]  # noqa: SLF001 - it has no other name


def _add_life(verbs: "Verbs") -> None:
    one = verbs.add_parser("demo", help="bring all up and show a live map")
    one.add_argument("files", nargs="*", type=Path, metavar="FILE", help="instead of a sample day")
    one.add_argument("--speed", type=float, default=180, metavar="N", help="times life (180)")
    one = verbs.add_parser("up", help="start every service, and keep them running")
    one.add_argument("--detach", action="store_true", help="return once all run")
    one = verbs.add_parser("down", help="stop every service")
    one.add_argument("--purge", action="store_true", help="remove all data of this home too")
    verbs.add_parser("doctor", help="say what this machine lacks, and how to get it")


def _add_looks(verbs: "Verbs") -> None:
    verbs.add_parser("status", help="each service's pid, address and state")
    one = verbs.add_parser("logs", help="what a service says")
    one.add_argument("name", metavar="NAME", help=f"{', '.join(SERVICES)}, or supervisor")
    one.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    one.add_argument("-n", "--lines", type=int, default=100, metavar="N", help="how many (100)")
    one = verbs.add_parser("restart", help="restart one service")
    one.add_argument("name", choices=SERVICES, metavar="NAME", help=", ".join(SERVICES))


def _add_data(verbs: "Verbs") -> None:
    one = verbs.add_parser("upload", help="put files into the drop zone")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    text = f"{', '.join(Lane)}; unless said, stations for a name with .json in it, else live"
    one.add_argument("--lane", type=Lane, choices=list(Lane), metavar="LANE", help=text)
    one.add_argument("--key", metavar="KEY", help="the object's name, for one file")
    one = verbs.add_parser("drain", help="wait until every row is accounted for")
    one.add_argument("--timeout", type=float, default=600, metavar="S", help="seconds (600)")
    _add_prepare(verbs)
    _add_recovery(verbs)
    one = verbs.add_parser("poll", help="fetch a public GBFS feed once")
    one.add_argument("urls", nargs="+", metavar="URL", help="gbfs.json, or a station feed itself")
    text = "another host that the feed may lead to; again for more"
    one.add_argument("--host", action="append", default=[], metavar="NAME", help=text)
    one = verbs.add_parser("replay", help="play trip files as their day went, only faster")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.add_argument("--speed", type=float, default=60, metavar="N", help="times life (60)")


def _add_prepare(verbs: "Verbs") -> None:
    one = verbs.add_parser("prepare", help="make clean, sorted drops of raw trip files")
    text = "a trip file of any known format, or a folder of them"
    one.add_argument("files", nargs="+", type=Path, metavar="FILE", help=text)
    lanes = [Lane.LIVE, Lane.BACKFILL]
    text = "live or backfill (backfill)"
    one.add_argument("--lane", type=Lane, choices=lanes, default=Lane.BACKFILL, help=text)
    text = "how much of the day a drop holds: 15m, 1h, 1d (1h)"
    one.add_argument("--slice", default="1h", metavar="LENGTH", help=text)
    text = "a folder for the drops, instead of the running stack's bucket"
    one.add_argument("--out", type=Path, metavar="DIR", help=text)
    text = "tell a ride twice: open when it starts, whole when it ends"
    one.add_argument("--open-rows", action="store_true", help=text)


def _add_recovery(verbs: "Verbs") -> None:
    one = verbs.add_parser("sweep", help="queue again the drops that do not come further")
    wait_s = GRACE.total_seconds()
    text = f"those that stood still for so many seconds ({wait_s:g})"
    one.add_argument("--older-than", type=float, default=wait_s, metavar="S", help=text)
    one = verbs.add_parser("rejected", help="the rows that were set aside, and why")
    one.add_argument("drop", nargs="?", metavar="DROP", help="of one drop, by its id or key")
    one.add_argument("-n", "--lines", type=int, default=20, metavar="N", help="a drop (20)")
    text = "write its rows under their header to a file, to be mended and uploaded"
    one.add_argument("--as-file", type=Path, metavar="OUT", help=text)
    one = verbs.add_parser("forget", help="let go of old trips; what is served stays as it is")
    text = "those that ended so many days ago"
    one.add_argument("--older-than", type=int, required=True, metavar="DAYS", help=text)
    text = "empty the database and make it anew from the drops"
    verbs.add_parser("rebuild", help=text)
    one = verbs.add_parser("redrive", help="try again the drops that were given up")
    text = "instead, the Kafka records that could not be read"
    one.add_argument("--records", action="store_true", help=text)
