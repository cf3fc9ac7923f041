"""The published schemas are those that the models enforce."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.factories.reports import report
from tsr_agent.models import codec, schemas
from tsr_agent.models.approval import Approval
from tsr_agent.models.decision import Decision
from tsr_agent.models.evals import EvalHistory
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.models.requirements import RequirementList

TYPES = [TestSummaryReport, Decision, Approval, EvalHistory, RequirementList]


@pytest.mark.parametrize("document_type", TYPES)
def test_every_schema_is_a_valid_schema(document_type: type) -> None:
    schema = schemas.json_schema(document_type, "title")
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$defs"]


def test_a_written_report_fits_its_schema_and_a_wrong_one_does_not() -> None:
    validator = jsonschema.Draft202012Validator(schemas.json_schema(TestSummaryReport, "Test Summary Report"))
    tree = json.loads(codec.encode(report()))
    validator.validate(tree)
    assert not validator.is_valid(tree | {"unheard_of": 1})
    assert not validator.is_valid(tree | {"environment": 3})
