from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from tsr_agent.store.column_types import (
    LATEST,
    UtcMicroseconds,
    from_microseconds,
    storable,
    to_microseconds,
)
from tsr_agent.store.tables import metadata

SEED_COLUMNS = {
    "test_summary_reports": "id created_at triggered_by environment overall_status go_no_go_decision "
    "decision_reason blocking_issues warnings codebase_sha codebase_branch testbase_sha prompts_sha "
    "prompts_version manual_approval_required approved_by approved_at",
    "tsr_test_results": "id tsr_id test_type total passed failed skipped duration_ms failure_details",
    "tsr_eval_iterations": "id tsr_id iteration version_name prompt_version outcome metrics failure_modes "
    "fixes_applied",
    "tsr_requirement_coverage": "id tsr_id requirement_id requirement_text test_ids coverage_status "
    "verification_status",
}


@pytest.mark.parametrize("table", SEED_COLUMNS)
def test_the_tables_have_the_names_that_were_agreed(table: str) -> None:
    assert set(SEED_COLUMNS[table].split()) <= set(metadata.tables[table].columns.keys())


def test_every_foreign_key_is_required_and_cascades() -> None:
    keys = [(table, key) for table in metadata.sorted_tables for key in table.foreign_keys]
    assert len(keys) == 11
    for table, key in keys:
        assert key.parent.nullable == (table.name == "changes")  # A policy is no report's.
        assert key.ondelete == "CASCADE"


def test_the_same_tables_can_be_said_in_postgresql() -> None:
    said = "\n".join(
        str(statement.compile(dialect=postgresql.dialect()))
        for table in metadata.sorted_tables
        for statement in (CreateTable(table), *(CreateIndex(index) for index in table.indexes))
    )
    assert "JSONB" in said
    assert "created_at BIGINT" in said
    assert 'id VARCHAR(100) COLLATE "C"' in said


offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moment=st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 28), timezones=offsets))  # noqa: DTZ001
def test_a_moment_comes_back_to_the_microsecond_whatever_its_offset(moment: datetime) -> None:
    stored = to_microseconds(moment)
    assert from_microseconds(stored) == moment
    assert from_microseconds(stored).tzinfo is UTC


@given(one=st.datetimes(timezones=offsets), other=st.datetimes(timezones=offsets))
def test_stored_moments_sort_as_the_moments_do(one: datetime, other: datetime) -> None:
    assert (to_microseconds(one) < to_microseconds(other)) == (one < other)


def test_a_time_without_an_offset_is_refused_by_the_column() -> None:
    with pytest.raises(ValueError, match="offset"):
        UtcMicroseconds().process_bind_param(datetime(2026, 1, 1), postgresql.dialect())  # noqa: DTZ001


def test_the_latest_moment_can_be_shown_in_every_zone() -> None:
    for hours in range(-14, 15):
        assert LATEST.astimezone(timezone(timedelta(hours=hours))).year == 9999


@given(text=st.text(st.characters(codec=None)))
def test_every_text_becomes_one_that_a_column_can_hold(text: str) -> None:
    stored = storable(text)
    assert "\0" not in stored
    stored.encode("utf-8")
    assert storable(stored) == stored
    if "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text):
        assert stored == text
