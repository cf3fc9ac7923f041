from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.library import people
from aitr_desktop.library.people import Person

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_person_is_read_as_written() -> None:
    person = Person(
        subject="Rita <b>", role="release_manager", expires_at=NOON, asked_at=NOON - timedelta(days=1)
    )
    assert people.read(people.written(person)) == person


@given(
    st.one_of(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(json.dumps),
        st.fixed_dictionaries(
            {
                "subject": st.text() | st.integers(),
                "role": st.text() | st.none(),
                "expires_at": st.sampled_from(["2026-11-22T12:00:00", "2026-11-22T12:00:00+00:00", "x", 3]),
                "asked_at": st.sampled_from(["2026-11-22T12:00:00+00:00", None]),
            }
        ).map(json.dumps),
    )
)
def test_whatever_stands_in_the_settings_reading_it_never_fails(text: str) -> None:
    found = people.read(text)
    if found is not None:
        assert found.subject
        assert found.expires_at.tzinfo is not None
