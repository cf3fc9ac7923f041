"""Links to lines of a file: ours, which any aitr with a clone opens, and the forge's, for any browser.

Both name a commit, whole. What has none is not linked to: whoever follows the link would read something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.code.code_file import Origin
from aitr_desktop.code.forges import Forges
from aitr_desktop.deep_link import LineLink, parse
from aitr_desktop.translation import translate
from tsr_agent.errors import InputError
from tsr_agent.ingest.repository_url import without_credentials
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.code.line_selection import LineSelection


def share_link(file: CodeFile, selection: LineSelection) -> str:
    """The link to lines of a file at its commit.

    Raises:
        InputError: The file is of no commit, or a link can't carry its name.
    """
    _at_commit(file)
    repository = without_credentials(file.repository)
    lines = selection.within(file.lines.count)
    link = LineLink(file=file.path, first=lines.first, last=lines.last, ref=file.sha, repository=repository)
    try:
        # A link that would be refused where it is opened is not handed out.
        if parse(link.address) == link:
            return link.address
    except (InputError, UnicodeError):
        pass
    raise InputError(
        translate("LineLinks", "There is no link to {path}: its name has signs that no link carries.").format(
            path=one_line(file.path, 200)
        ),
        next_step=translate("LineLinks", "Say the commit and the path in words."),
    )


def forge_page(file: CodeFile, selection: LineSelection, forges: Iterable[str]) -> str:
    """The address of a forge's page of lines of a file at its commit.

    Args:
        file: The file.
        selection: The lines.
        forges: Hosts that the person has named, each as ``gitlab:git.example.org``.

    Raises:
        UnknownForgeError: The repository lies at a host that nobody has named as a forge.
        InputError: The file is of no commit or no repository, or has no such page.
    """
    _at_commit(file)
    if not file.repository:
        raise InputError(
            translate("LineLinks", "Neither the report nor the clone names a repository that has pages."),
            next_step=translate("LineLinks", "Ctrl+L copies a link that aitr opens from a clone."),
        )
    lines = selection.within(file.lines.count)
    return Forges(forges).line_page(file.repository, file.sha, file.path, lines.first, lines.last)


def _at_commit(file: CodeFile) -> None:
    if file.origin is Origin.COMMIT and file.sha:
        return
    raise InputError(
        translate(
            "LineLinks", "{path} is shown from the working tree, which nobody else has: no link leads there."
        ).format(path=one_line(file.path, 200)),
        next_step=translate("LineLinks", "Show the file of the commit, and copy the link again."),
    )
