"""Whether two names mean one person. In doubt they do: then somebody else has to decide."""

from __future__ import annotations

from tsr_agent.gate.wording import visible


def identity_key(name: str) -> str:
    """One spelling of a name: without case, blanks, forms of the same letter and signs that nobody sees."""
    if not name.isascii():
        import unicodedata

        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
        name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" or sign.isspace())
    return "".join(visible(name).casefold().split())


def same_person(one: str, other: str) -> bool:
    """Whether two names may mean one person.

    They do if the whole of them, their names or their addresses agree, each as ``identity_key`` spells
    it: ``Ana Gil <ana@example.org>`` is ``ana gil``, ``ANA@example.org`` and ``ana``. Two people of one
    name can't be told apart and count as one. A name in which nothing can be seen is nobody.
    """
    return bool(_keys(one) & _keys(other))


def _keys(name: str) -> set[str]:
    """Everything that a person may be called who is written like this."""
    whole = identity_key(name)
    label, bracket, rest = whole.partition("<")
    address = rest.partition(">")[0] if bracket else whole
    keys = {whole, label if bracket else whole, address}
    account = address.partition("@")[0] if "@" in address else ""
    # Forges put a number before an account's name in the addresses that they give out.
    keys |= {account, *(part for part in account.split("+") if not part.isdecimal())}
    return keys - {""}
