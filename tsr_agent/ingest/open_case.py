"""The test case that is being read, from its first child on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.ingest.bounded_text import MAX_TEXT, cut_middle
from tsr_agent.ingest.case_tree import CaseTree
from tsr_agent.ingest.junit_budget import A_TREE, AN_ONLY_RESULT
from tsr_agent.ingest.junit_case import OUTPUT_TAGS, RESULT_TAGS, case_of_one_result, read_case, says_more
from tsr_agent.ingest.junit_intake import mapped
from tsr_agent.ingest.junit_outcomes import only_result
from tsr_agent.ingest.junit_properties import NO_NAMES, PrintedProperties
from tsr_agent.ingest.text_pieces import TextPieces

if TYPE_CHECKING:
    from tsr_agent.ingest.junit_budget import Budget
    from tsr_agent.ingest.junit_intake import CaseIntake
    from tsr_agent.ingest.junit_parser import GuardedParser
    from tsr_agent.ingest.junit_properties import Names
    from tsr_agent.ingest.limits import Limits


class OpenCase:
    """One case at a time: what stands in it, and at its end the case that it is.

    Nearly always that is one result and what was printed, which are held as expat gives them. Where a
    case turns out to hold more, they are put into a tree, and the rest of the case after them.

    Args:
        parser: Calls for tags; told here where text goes.
        limits: Bounds on what a case holds.
        budget: Those on the file.
        intake: Takes the cases.
    """

    def __init__(self, parser: GuardedParser, limits: Limits, budget: Budget, intake: CaseIntake) -> None:
        self.attributes: list[str] | None = None
        """Names and values in turn, as expat gives them; None while no case is open."""
        self._parser = parser
        self._expat = parser.expat
        self._limits = limits
        self._budget = budget
        self._intake = intake
        self._room = min(MAX_TEXT, limits.case_text)
        """Characters of a result that need no cutting."""
        self._deepest = limits.xml_depth - 1
        """Elements around a case that leave room for one in it."""
        self._depth = 0
        self._outside = False
        """The case was made for a result that stands outside any."""
        self._result: tuple[str, list[str]] | None = None
        """Tag and attributes of the only result so far; None in a tree."""
        self._in_result = False
        self._tree: CaseTree | None = None
        self._in_output = False
        self._text = TextPieces()
        """That of the only result, or of the innermost open element of the tree."""
        self._output = TextPieces()
        """Most cases pass, and then it is not kept."""
        self._printed = PrintedProperties()

    def open(self, attributes: list[str], depth: int, *, outside: bool = False) -> None:
        """Begins a case.

        Args:
            attributes: Names and values in turn.
            depth: How many elements are open around it.
            outside: It is made for a result that stands outside any.
        """
        self.attributes = attributes
        self._depth = depth
        if outside:
            self._outside = True
            self._grow()

    def start(self, tag: str, attributes: list[str]) -> None:
        """Begins an element in the case.

        Raises:
            InputError: Too many elements or levels of them.
        """
        tree = self._tree
        if not self._in_output and (not self._in_result if tree is None else tree.at_case):
            if tag in OUTPUT_TAGS:
                self._in_output = True
                self._expat.CharacterDataHandler = self._output.append
                return
            if tree is None and self._result is None and tag in RESULT_TAGS and self._depth < self._deepest:
                self._result = (tag, attributes)
                self._in_result = True
                self._expat.CharacterDataHandler = self._text.append
                return
        if tree is None:
            tree = self._grow()
        if not self._in_output:
            self._expat.CharacterDataHandler = self._text.append
        tree.take_text()
        tree.start(tag, mapped(attributes))

    def end(self) -> bool:
        """Ends the innermost open element; whether that was the case itself."""
        tree = self._tree
        if self._in_result:
            self._in_result = False
            self._expat.CharacterDataHandler = None
            return False
        if self._in_output and (tree is None or tree.at_case):
            self._in_output = False
            self._expat.CharacterDataHandler = None
            return False
        if tree is not None and not tree.at_case:
            tree.end()
            if not (self._outside and tree.at_case):
                return False
        self._close()
        return True

    def cut_text(self) -> None:
        """Drops the middle of texts that grow over many chunks."""
        if len(self._text) * self._expat.buffer_size > 4 * MAX_TEXT:
            self._text.drop_middle()
        if len(self._output) * self._expat.buffer_size > 4 * MAX_TEXT:
            self._printed.scan(self._output.text)
            self._output.drop_middle()

    def _grow(self) -> CaseTree:
        """Puts what was read so far into a tree."""
        self._budget.count_elements(A_TREE)
        tree = CaseTree(self._parser, self._limits, self._budget, self._text, self._depth)
        if self._result is not None:
            tag, attributes = self._result
            tree.start(tag, mapped(attributes))
            if not self._in_result:
                tree.end()
        self._result = None
        self._in_result = False
        self._tree = tree
        return tree

    def _close(self) -> None:
        """Hands the case over and is ready for the next."""
        attributes = self.attributes or []
        self.attributes = None
        output, printed = "", NO_NAMES
        if self._output:
            output = "".join(self._output)
            self._printed.scan(output)
            printed = self._printed.taken()
        # A status of its own may be worse than what stands in the case.
        simple = not printed and "status" not in attributes and "result" not in attributes
        if self._tree is not None or not simple:
            self._add_tree(attributes, output, printed)
        elif self._result is None:
            self._intake.bare.append(attributes)
        else:
            self._add_only_result(attributes, self._result, output)
        if output:
            self._output.clear()

    def _add_only_result(self, attributes: list[str], result: tuple[str, list[str]], output: str) -> None:
        tag, said = result
        text = "".join(self._text)
        if len(text) + sum(map(len, said)) > self._room or self._text.left_out:
            self._add_tree(attributes, output)
            return
        self._result = None
        self._text.clear()
        self._budget.count_elements(AN_ONLY_RESULT)
        intake, suite = self._intake, self._intake.suite
        named = mapped(attributes)
        case = case_of_one_result(
            named,
            suite,
            first_line=intake.first_line,
            duration=intake.durations.known(named.get("time", "")),
            outcome=only_result(tag, mapped(said), text, named),
            output=cut_middle(output, left_out=self._output.left_out) if output else "",
        )
        suite.count_only_result(case.status, tag)
        intake.add_read(case)

    def _add_tree(self, attributes: list[str], output: str, printed: Names = NO_NAMES) -> None:
        tree = self._tree or self._grow()
        self._tree = None
        self._text.clear()
        self._expat.CharacterDataHandler = None
        outside, self._outside = self._outside, False
        intake, suite = self._intake, self._intake.suite
        named, tags = mapped(attributes), tree.tags
        claims = "status" in named or "result" in named
        if not (tags or printed or says_more(tree.case) or (claims and output)):
            intake.bare.append(attributes)
            return
        case = read_case(
            named,
            tree.case,
            suite,
            tags=tags,
            first_line=intake.first_line,
            duration=intake.durations.known(named.get("time", "")),
            output=cut_middle(output, left_out=self._output.left_out) if output else "",
            printed=printed,
        )
        self._budget.count_elements(bool(output))
        self._budget.count_requirements(case)
        suite.count_case(case.status, tags, in_case=not outside)
        intake.add_read(case, may_be_idle=not (tags or claims))
