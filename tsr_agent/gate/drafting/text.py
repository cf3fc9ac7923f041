"""A drafted policy as YAML that people edit: a rule a paragraph, comments where they help.

Written here and not by PyYAML, because a comment has no place in plain data, and because what a name
from a report looks like must not decide what it means.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tsr_agent.gate.drafting.draft import as_tree
from tsr_agent.gate.wording import exact, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.gate.drafting.draft import DraftedPolicy
    from tsr_agent.gate.drafting.parts import DraftedRule

_WIDTH = 100
_MOST_LEFT_OUT = 100
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_.,;/()%-]+)*")
"""Texts that mean themselves without quotes, outside brackets and braces."""
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9_-]*")
_NOT_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

_HEAD = """\
# yaml-language-server: $schema=policy.schema.json
# Drafted by 'tsr-agent policy init' from the report {report_id} of {day}, which passes every rule.
# What is here is what the report has, not what a release needs: tighten it, rule by rule.
#   tsr-agent policy lint {file}       what to ask about it
#   tsr-agent policy explain {file}    what it says, for people who never see this file
"""


def draft_text(policy: DraftedPolicy, name: str, file: str) -> str:
    """The text of the policy's file.

    Args:
        policy: The rules.
        name: The policy's name.
        file: What the file will be called, for the comments; anything but a plain name is left out.
    """
    shown = file if _PLAIN.fullmatch(file) else "policy.yaml"
    head = as_tree(policy, name)
    lines = [_HEAD.format(report_id=policy.report_id, day=policy.day, file=shown).rstrip()]
    lines += [f"{key}: {_value(value)}" for key, value in head.items() if key != "rules"]
    lines.append("rules:")
    for rule in policy.rules:
        lines += _rule(rule)
        lines.append("")
    lines += _left_out(policy)
    return "\n".join(lines).rstrip() + "\n"


def _rule(rule: DraftedRule) -> Iterator[str]:
    if rule.comment:
        yield from _comment(rule.comment, "  # ")
    for place, (key, value) in enumerate(rule.entry().items()):
        yield f"  {'- ' if place == 0 else '  '}{key}: {_value(value)}"


def _left_out(policy: DraftedPolicy) -> Iterator[str]:
    if not policy.left_out:
        return
    yield "# Without a rule:"
    for each in policy.left_out[:_MOST_LEFT_OUT]:
        yield from _comment(f"{each.what}: {each.why}", "# - ", "#   ")
    if len(policy.left_out) > _MOST_LEFT_OUT:
        yield f"# - and {len(policy.left_out) - _MOST_LEFT_OUT:,} more"


def _comment(text: str, first: str, following: str = "") -> list[str]:
    """A text in lines that nothing in it can end early."""
    import textwrap

    flat = "".join(sign if sign.isprintable() else " " for sign in visible(text))
    return textwrap.wrap(flat, _WIDTH, initial_indent=first, subsequent_indent=following or first)


def _value(value: Any) -> str:
    """A value of a key, on one line."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_WORDS:
        return value
    return _inner(value)


def _inner(value: Any) -> str:
    """A value as it can stand inside brackets, too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inner(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inner, value)) + "]"
    if isinstance(value, str):
        if _PLAIN_WORD.fullmatch(value) and value not in _NOT_WORDS:
            return value
        return _quoted(value)
    return exact(value) if isinstance(value, float) else repr(value)


def _quoted(text: str) -> str:
    """In double quotes as JSON has them; signs that do not print by their number."""
    return "".join(
        sign if sign.isprintable() else _escape(sign) for sign in json.dumps(text, ensure_ascii=False)
    )


def _escape(sign: str) -> str:
    return f"\\U{ord(sign):08X}"
