"""Runs the command line; the only place that turns an exception into an exit code."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the `verifier` command."""
    from verifier.cli import run_command_line  # noqa: PLC0415  (keeps `python -m` start-up cheap)

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
