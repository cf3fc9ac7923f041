"""Whether two names mean one person. In doubt they do: then somebody else has to decide."""

from __future__ import annotations

from tsr_agent.gate.wording import visible

_LOOK_ALIKES = (
    str.maketrans("авекмнорстухѕіјԁһӏԛԝαγεικνορτυχ", "abekmhopctyxsijdhlqwayeikvoptux"),
    str.maketrans("авекмнорстухѕіјԁһӏԛԝαβεζηικμνορτυχ", "abekmhopctyxsijdhlqwabezhikmnoptyx"),
)
"""Letters of Cyrillic and Greek that can't be told from Latin ones: small Greek ones, and capitals."""


def identity_key(name: str) -> str:
    """One spelling of a name: without case, blanks, forms of the same letter and signs that nobody sees."""
    spelt = _spelt(name)
    # Forms of a letter can have blanks and marks in them that come out only when they are taken apart.
    while (again := _spelt(spelt)) != spelt:
        spelt = again
    return spelt


def _spelt(name: str) -> str:
    seen = "".join(visible(name).split())
    if seen.isascii():
        return seen.casefold()
    import unicodedata

    seen = "".join(sign for sign in seen if not unicodedata.category(sign).startswith("C"))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def same_person(one: str, other: str) -> bool:
    """Whether two names may mean one person.

    They do if the whole of them, their names or their addresses agree, each as ``identity_key`` spells
    it: ``Ana Gil <ana@example.org>`` is ``ana gil``, ``ANA@example.org``, ``ana`` and ``@ana``, also where
    letters of Cyrillic or Greek stand for Latin ones that look the same. Two people of one name can't be
    told apart and count as one. A name in which nothing can be seen is nobody.
    """
    return bool(_keys(one) & _keys(other))


def names_somebody(name: str) -> bool:
    """Whether there is a letter or a digit in a name; without one it is nobody's."""
    return any(sign.isalnum() for sign in identity_key(name))


def _keys(name: str) -> set[str]:
    """Everything that a person may be called who is written like this."""
    whole = identity_key(name)
    label, bracket, rest = whole.partition("<")
    address = rest.partition(">")[0] if bracket else whole
    keys = {whole, label if bracket else whole, address}
    account = address.partition("@")[0] if "@" in address else ""
    # Forges put a number before an account's name in the addresses that they give out.
    keys |= {account, *(part for part in account.split("+") if not part.isdecimal())}
    # ``Ana Gil (lead)`` and ``@ana.gil`` are still her.
    keys |= {whole.partition("(")[0]}
    # Marks beyond ASCII are vowels in some scripts, and make another name.
    keys |= {"".join(sign for sign in each if sign.isalnum() or not sign.isascii()) for each in keys}
    keys |= {each.translate(table) for each in keys if not each.isascii() for table in _LOOK_ALIKES}
    return keys - {""}
