"""What the tests with whole servers share."""

from tests.factories.commands_in_process import command, here, waiting

__all__ = ["command", "here", "waiting"]
