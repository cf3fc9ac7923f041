"""The parts of SARIF 2.1 that a report needs; everything else of the format is passed over."""

from __future__ import annotations

from enum import Enum
from typing import Any

from msgspec import Struct

from tsr_agent.models.findings import FindingLevel


class Kind(Enum):
    """What a result says about its rule."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105  (it is no password)
    OPEN = "open"
    REVIEW = "review"
    INFORMATIONAL = "informational"
    NOT_APPLICABLE = "notApplicable"


class SuppressionStatus(Enum):
    """How far the request to suppress a result got."""

    ACCEPTED = "accepted"
    UNDER_REVIEW = "underReview"
    REJECTED = "rejected"


class BaselineState(Enum):
    """A result against an earlier run."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    ABSENT = "absent"
    """The earlier run found it, this one did not."""


class Message(Struct):
    """A text, or the id of one with what to put into its placeholders."""

    text: str | None = None
    markdown: str | None = None
    id: str | None = None
    arguments: list[str] = []


class Configuration(Struct):
    """How a rule is set."""

    level: FindingLevel | None = None


class Rule(Struct, rename="camel"):
    """One rule of a tool or of one of its extensions."""

    id: str = ""
    default_configuration: Configuration | None = None
    message_strings: dict[str, Message] = {}


class Component(Struct, rename="camel"):
    """A tool's driver or an extension of it."""

    name: str
    rules: list[Rule] = []
    global_message_strings: dict[str, Message] = {}


class Tool(Struct):
    """The scanner."""

    driver: Component
    extensions: list[Component] = []


class ComponentReference(Struct):
    """Names an extension by its place or its name."""

    index: int = -1
    name: str | None = None


class RuleReference(Struct, rename="camel"):
    """Names a rule by its place or its id."""

    id: str | None = None
    index: int = -1
    tool_component: ComponentReference | None = None


class Override(Struct):
    """A rule set differently for one invocation."""

    configuration: Configuration
    descriptor: RuleReference


class Notification(Struct):
    """What the tool said about its own run."""

    message: Message
    level: FindingLevel | None = None


class Invocation(Struct, rename="camel"):
    """One call of the tool."""

    execution_successful: bool | None = None
    exit_code: int | None = None
    exit_code_description: str | None = None
    exit_signal_name: str | None = None
    process_start_failure_message: str | None = None
    tool_execution_notifications: list[Notification] = []
    tool_configuration_notifications: list[Notification] = []
    rule_configuration_overrides: list[Override] = []


class ArtifactLocation(Struct):
    """Where a file is, by itself or by its place in the run's list."""

    uri: str | None = None
    index: int = -1


class Artifact(Struct):
    """One file of the run's list."""

    location: ArtifactLocation | None = None


class Region(Struct, rename="camel"):
    """Where in a file."""

    start_line: int | None = None


class PhysicalLocation(Struct, rename="camel"):
    """A place in a file."""

    artifact_location: ArtifactLocation | None = None
    region: Region | None = None


class Location(Struct, rename="camel"):
    """A place; it can be one without a file."""

    physical_location: PhysicalLocation | None = None


class Suppression(Struct):
    """A request to leave a result out."""

    status: SuppressionStatus = SuppressionStatus.ACCEPTED


class Provenance(Struct, rename="camel"):
    """Which invocation found a result."""

    invocation_index: int = -1


class Result(Struct, rename="camel"):
    """One result."""

    message: Message
    rule_id: str | None = None
    rule_index: int = -1
    rule: RuleReference | None = None
    level: FindingLevel | None = None
    kind: Kind = Kind.FAIL
    locations: list[Location] = []
    suppressions: list[Suppression] | None = None
    baseline_state: BaselineState | None = None
    provenance: Provenance | None = None


class Run(Struct, rename="camel"):
    """One run of one tool."""

    tool: Tool
    results: list[Result] | None = None
    invocations: list[Invocation] = []
    artifacts: list[Artifact] = []
    external_property_file_references: dict[str, Any] = {}


class Log(Struct):
    """The whole file."""

    version: str
    runs: list[Run]
