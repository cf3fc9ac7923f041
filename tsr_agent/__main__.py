"""Start of ``tsr-agent``. Imports nothing until it knows what was asked: start-up is part of the quality."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line of this process and gives its exit code."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from tsr_agent import __version__

        print(f"tsr-agent {__version__}")  # noqa: T201  (the console would load more than this needs)
        return 0
    from tsr_agent.cli.main import run_command_line

    return run_command_line(arguments)


if __name__ == "__main__":
    sys.exit(main())
