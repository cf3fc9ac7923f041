"""What each kind of token of Pygments is to the eye. Loaded by the process that lexes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Token,
)

from aitr_desktop.code.styling import Style

if TYPE_CHECKING:
    from pygments.token import _TokenType

_STYLES = {
    Token: Style.PLAIN,
    Comment: Style.COMMENT,
    Comment.Preproc: Style.BUILTIN,
    Comment.PreprocFile: Style.STRING,
    Keyword: Style.KEYWORD,
    Keyword.Constant: Style.NUMBER,
    Keyword.Type: Style.BUILTIN,
    Name.Attribute: Style.DEFINITION,
    Name.Builtin: Style.BUILTIN,
    Name.Class: Style.DEFINITION,
    Name.Constant: Style.NUMBER,
    Name.Decorator: Style.BUILTIN,
    Name.Entity: Style.ESCAPE,
    Name.Exception: Style.BUILTIN,
    Name.Function: Style.DEFINITION,
    Name.Function.Magic: Style.BUILTIN,
    Name.Label: Style.DEFINITION,
    Name.Property: Style.DEFINITION,
    Name.Variable.Magic: Style.BUILTIN,
    Number: Style.NUMBER,
    Literal.Date: Style.NUMBER,
    String: Style.STRING,
    String.Escape: Style.ESCAPE,
    String.Interpol: Style.ESCAPE,
    String.Regex: Style.ESCAPE,
    Operator: Style.SIGN,
    Operator.Word: Style.KEYWORD,
    Punctuation: Style.SIGN,
    Generic.Deleted: Style.REMOVED,
    Generic.Error: Style.ERROR,
    Generic.Heading: Style.HEADING,
    Generic.Inserted: Style.ADDED,
    Generic.Prompt: Style.BUILTIN,
    Generic.Strong: Style.KEYWORD,
    Generic.Subheading: Style.HEADING,
    Error: Style.ERROR,
}


class TokenStyles(dict["_TokenType", Style]):
    """The style of each kind of token; a kind that is not named has that of the kind it is one of.

    Args:
        tag: What a tag is in this language.
    """

    def __init__(self, tag: Style) -> None:
        super().__init__(_STYLES)
        self[Name.Tag] = tag

    def __missing__(self, kind: _TokenType) -> Style:
        """That of the kind above; kept."""
        found = self[kind] = self[kind.parent] if kind.parent is not None else Style.PLAIN
        return found
