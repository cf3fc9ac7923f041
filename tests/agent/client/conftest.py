"""Commands in this process, for every test of the client."""

from tests.factories.commands_in_process import command, here, waiting

__all__ = ["command", "here", "waiting"]
