"""Narrows the list: environment, decision, branch, repository, dates, SHA, text; and counts what is left."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker, Qt, QTimer, Signal
from qtpy.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.library.listing import Order, Query
from aitr_desktop.views.date_filter import DateFilter, combo
from aitr_desktop.views.filter_chips import FilterChips
from aitr_desktop.views.find_combo import FindCombo
from aitr_desktop.views.flow_layout import FlowLayout
from aitr_desktop.views.plain_label import PlainLabel
from aitr_desktop.views.search_field import SearchField
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.wording import NOT_JUDGED, count, verdict

if TYPE_CHECKING:
    from datetime import date

    from qtpy.QtWidgets import QMenu

    from aitr_desktop.library.listing import Choices
    from aitr_desktop.theme import ThemeController

TYPING_PAUSE_MS = 200
UNJUDGED = "not judged"
_WHOLE_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_SHA_FIELD = re.compile(r"sha:\s*([0-9a-f]{1,64})", re.IGNORECASE)


class FilterBar(QFrame):
    """The filters of the list.

    Args:
        theme: Colours of the icons.
        today: The present day, where the periods end.
    """

    changed = Signal()
    """The question is another one; read it from ``query``."""
    entered = Signal()
    """The person goes on from the search to what was found."""

    def __init__(self, theme: ThemeController, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self._environment = FindCombo(self.tr("Environment"), self.tr("All environments"))
        self._decision = combo(self.tr("Decision"), self.tr("All decisions"))
        for each in GoNoGoDecision:
            self._decision.addItem(str(verdict(each)), each)
        self._decision.addItem(str(NOT_JUDGED), UNJUDGED)
        self._branch = FindCombo(self.tr("Branch"), self.tr("All branches"))
        self._repository = FindCombo(self.tr("Repository"), self.tr("All repositories"))
        self._finders = self._environment, self._branch, self._repository
        self._dates = DateFilter(today)
        self._text = SearchField(theme)
        self._count = PlainLabel(tone=Tone.MUTED)
        self.chips = FilterChips()
        self._saved = QToolButton()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._place()
        self._connect()

    def _place(self) -> None:
        self._count.setAccessibleName(self.tr("Number of reports"))
        self._saved.setText(self.tr("Saved filters"))
        self._saved.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._saved.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._saved.setProperty("opens", "true")
        self._saved.hide()
        flow = FlowLayout(8, margins=(12, 8, 12, 8))
        parts: tuple[QWidget, ...] = (self._environment, self._decision, self._branch, self._repository)
        for part in (*parts, self._dates, self._text, self._saved, self._count):
            flow.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(flow)
        column.addWidget(self.chips)

    def _connect(self) -> None:
        for finder in self._finders:
            finder.chosen.connect(self._pause_is_over)
        self._decision.currentIndexChanged.connect(self._pause_is_over)
        self._dates.changed.connect(self._pause_is_over)
        self._text.textChanged.connect(self._pause.start)
        self._text.entered.connect(self._go_on)
        self._pause.timeout.connect(self._pause_is_over)
        self.chips.removed.connect(self.take_back)
        self.chips.left.connect(self.focus_search)

    def query(self) -> Query:
        """The question that the filters make, in no order of its own."""
        since, until, period = self._dates.dates()
        decision = self._decision.currentData()
        sha, text = sha_and_text(self._text.text())
        return Query(
            environment=self._environment.value(),
            decision=decision if isinstance(decision, GoNoGoDecision) else None,
            not_judged=decision == UNJUDGED,
            branch=self._branch.value(),
            repository=self._repository.value(),
            since=since,
            until=until,
            period=period,
            sha=sha,
            text=text,
        )

    def show_query(self, query: Query) -> None:
        """Sets the filters to what a question is narrowed to, and tells so once."""
        if replace(query, order=Order()) == self.query():
            return
        with ExitStack() as quiet:
            for part in (*self._finders, self._decision, self._text):
                quiet.enter_context(QSignalBlocker(part))
            self._environment.choose(query.environment)
            self._decision.setCurrentIndex(
                max(0, self._decision.findData(UNJUDGED if query.not_judged else query.decision))
            )
            self._branch.choose(query.branch)
            self._repository.choose(query.repository)
            self._dates.show_dates(query)
            self._text.setText(
                " ".join(part for part in (query.sha and f"sha:{query.sha}", query.text) if part)
            )
        self._pause_is_over()

    def offer(self, choices: Choices) -> None:
        """Takes over what can be chosen; a choice stays chosen."""
        self._environment.offer(choices.environments)
        self._branch.offer(choices.branches)
        self._repository.offer(choices.repositories)

    def set_today(self, today: date) -> None:
        """A day begins while the window is open: periods end with it."""
        self._dates.set_today(today)

    def set_saved(self, menu: QMenu) -> None:
        """Shows the menu of saved filters."""
        self._saved.setMenu(menu)
        self._saved.show()

    def show_count(self, shown: int, total: int) -> None:
        """Says how many of all reports the list has."""
        numbers = (
            count(total)
            if shown == total
            else self.tr("{shown} of {total}").format(shown=count(shown), total=count(total))
        )
        words = self.tr("{numbers} report") if total == 1 else self.tr("{numbers} reports")
        self._count.setText(words.format(numbers=numbers))

    def clear_count(self) -> None:
        """Says nothing while nobody knows."""
        self._count.setText("…")

    def count_text(self) -> str:
        """What is said about the number."""
        return self._count.text()

    def clear(self) -> None:
        """Asks for everything again."""
        self.show_query(Query())

    def take_back(self, name: str) -> None:
        """Takes one filter back by its name; an empty one takes all."""
        self.show_query(without(self.query(), name))

    def focus_search(self) -> None:
        """Goes to the search field with its text selected."""
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._text.selectAll()

    def focus_first(self) -> None:
        """Goes to the first filter."""
        self._environment.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _pause_is_over(self) -> None:
        self._pause.stop()
        for part, is_active in (
            *((finder, finder.value() is not None) for finder in self._finders),
            (self._decision, self._decision.currentIndex() > 0),
            (self._dates.period, self._dates.period.currentIndex() > 0),
        ):
            if bool(part.property("active")) is not is_active:
                part.setProperty("active", is_active)
                part.style().unpolish(part)
                part.style().polish(part)
        self.chips.show_query(self.query())
        self.changed.emit()

    def _go_on(self) -> None:
        # What was typed a moment ago is asked for first: the list must not change under the hand.
        if self._pause.isActive():
            self._pause_is_over()
        self.entered.emit()


def sha_and_text(typed: str) -> tuple[str, str]:
    """What was typed as first digits of a SHA, and the rest.

    ``sha:3fa9`` asks for a SHA, and so does a whole one. Other digits may be part of an id: as text they
    are found in both.
    """
    text = typed.strip()
    if _WHOLE_SHA.fullmatch(text):
        return text.lower(), ""
    found = _SHA_FIELD.search(text)
    if found is None:
        return "", typed
    return found[1].lower(), f"{text[: found.start()].strip()} {text[found.end() :].strip()}".strip()


def without(query: Query, name: str) -> Query:
    """The question without one of its filters; without any where the name is empty."""
    if not name:
        return Query(order=query.order)
    gone: dict[str, dict[str, object]] = {
        "decision": {"decision": None, "not_judged": False},
        "dates": {"since": None, "until": None, "period": None},
        "sha": {"sha": ""},
        "text": {"text": ""},
    }
    return replace(query, **gone.get(name, {name: None}))  # type: ignore[arg-type]  # fields by name
