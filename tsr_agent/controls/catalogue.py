"""The form of a catalogue of controls: one file a framework, with its edition and the day it was checked."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta

from tsr_agent.models.base import Record

_VISIBLE = r"\S"
_MAX_CONTROLS = 500
_MAX_KINDS = 50


class EvidenceKind(Enum):
    """What an item of the compliance checklist is about, and a control can ask for."""

    UNIT_TESTS = "unit-tests"
    SECURITY_TESTS = "security-tests"
    OTHER_TESTS = "other-tests"
    """Tests of any other type: integration, end-to-end, performance, acceptance, evals run as tests."""
    EVAL_ACCURACY = "eval-accuracy"
    EVAL_METRICS = "eval-metrics"
    """Metrics of an eval other than its accuracy."""
    EVAL_RECORD = "eval-record"
    """That evals ran over all their samples, are documented, and the latest passed."""
    CRITICAL_FAILURE_MODES = "critical-failure-modes"
    FAILURE_MODES = "failure-modes"
    """Failure modes that are not critical."""
    REQUIREMENTS = "requirements"
    EVIDENCE = "evidence"
    """That the report is readable and free of contradictions."""
    CODE_COVERAGE = "code-coverage"
    STATIC_ANALYSIS = "static-analysis"
    CHANGES = "changes"
    """That nothing got worse since the report that it is compared with."""
    CLEAN_TREE = "clean-tree"
    """That what was tested is what the commit has."""
    CALENDAR = "calendar"
    OTHER_RULES = "other-rules"
    """Rules of a check that this version of aitr does not know."""
    EXCEPTIONS = "exceptions"
    """That nothing was waived and no test was left out."""
    POLICY = "policy"
    """That the policy that judged is the one in force."""
    APPROVALS = "approvals"


class Control(Record, frozen=True, kw_only=True):
    """One control of a framework."""

    id: Annotated[
        str,
        Meta(min_length=1, max_length=100, pattern=_VISIBLE, description="As the framework cites it."),
    ]
    title: Annotated[str, Meta(min_length=1, max_length=300, pattern=_VISIBLE, description="Its title.")]
    asks: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2_000,
            pattern=_VISIBLE,
            description="One sentence, in your own words: what evidence it asks for.",
        ),
    ]
    evidence: Annotated[
        tuple[EvidenceKind, ...],
        Meta(
            max_length=_MAX_KINDS,
            description="Kinds of items of the checklist that are evidence for it. Empty where a report of "
            "a release can hold none.",
        ),
    ]


class Catalogue(Record, frozen=True, kw_only=True):
    """One framework."""

    version: Annotated[Literal[1], Meta(description="Version of this form.")]
    id: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$(?!\n)",
            description="Lower-case letters, digits, '.', '_' and '-'. A catalogue takes the place of one "
            "of the same id that ships with aitr.",
        ),
    ]
    title: Annotated[
        str, Meta(min_length=1, max_length=100, pattern=_VISIBLE, description="Short name of the framework.")
    ]
    edition: Annotated[
        str, Meta(min_length=1, max_length=300, pattern=_VISIBLE, description="Which text it follows.")
    ]
    checked: Annotated[date, Meta(description="Day on which it was held against its source.")]
    source: Annotated[
        str, Meta(min_length=1, max_length=1_000, pattern=_VISIBLE, description="Where it was taken from.")
    ]
    note: Annotated[
        str,
        Meta(
            min_length=1, max_length=2_000, pattern=_VISIBLE, description="What whoever uses it has to know."
        ),
    ]
    controls: Annotated[
        tuple[Control, ...], Meta(min_length=1, max_length=_MAX_CONTROLS, description="In their order.")
    ]
