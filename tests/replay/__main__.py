"""`python -m tests.replay`: serves records from files until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import date
from pathlib import Path

from retrieval.errors import SourceError
from tests.replay.reading import read_values
from tests.replay.server import DEFAULT_TODAY, ReplayServer


def main() -> int:
    """Serve what the command line names; return 0 after an interrupt, 2 where a file can't be read.

    The first line printed is the base URL of questions and statements, the second that of Members.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("--questions", type=Path, metavar="FILE", help="whole questions, one a line")
    parser.add_argument("--list-rows", type=Path, metavar="FILE", help="what the list gives of the same questions")
    parser.add_argument("--statements", type=Path, metavar="FILE", help="whole written statements, one a line")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; any free one by default")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=DEFAULT_TODAY, help="day that decides which session is current"
    )
    options = parser.parse_args()
    try:
        server = ReplayServer(
            read_values(options.questions) if options.questions else (),
            statements=read_values(options.statements) if options.statements else (),
            list_rows={row["id"]: row for row in read_values(options.list_rows)} if options.list_rows else None,
            today=options.today,
            port=options.port,
        )
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    # Blocked in every thread and waited for in this one, so that no moment is left in which one is missed.
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with server:
        print(server.url, server.members_url, sep="\n", flush=True)
        signal.sigwait(ends)
    return 0


if __name__ == "__main__":
    sys.exit(main())
