from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.scaling import LARGEST, SMALLEST, VARIABLE, factor, scaled
from aitr_desktop.settings import SCALES, Settings
from aitr_desktop.windows.stored_settings import StoredSettings

if TYPE_CHECKING:
    from pathlib import Path

STARTED = """
import json, os, sys
from pathlib import Path
from aitr_desktop import app
from aitr_desktop.scaling import scaled
from aitr_desktop.windows.stored_settings import StoredSettings
scale = StoredSettings(Path(sys.argv[1])).load().scale
app.choose_platform()
with scaled(os.environ, scale):
    application = app.make_application()
print(json.dumps([application.devicePixelRatio(), os.environ.get("QT_SCALE_FACTOR", "")]))
"""


@pytest.mark.parametrize(
    ("asked", "scale", "product"),
    [
        ("", 100, 1),
        ("", 150, 1.5),
        ("1.25", 200, 2.5),
        ("wide", 125, 1.25),
        ("nan", 200, 2),
        ("-1", 175, 1.75),
    ],
)
def test_the_choice_multiplies_what_the_desktop_asks_for(asked: str, scale: int, product: float) -> None:
    assert factor(asked, scale) == product


@given(st.text(max_size=20) | st.floats().map(str), st.sampled_from(SCALES))
def test_no_window_becomes_too_small_or_too_large_to_change_it_back(asked: str, scale: int) -> None:
    assert SMALLEST <= factor(asked, scale) <= LARGEST


@pytest.mark.parametrize("before", [{}, {VARIABLE: "1.5"}])
def test_the_environment_is_as_it_was_afterwards(before: dict[str, str]) -> None:
    environment = dict(before)
    with scaled(environment, 200):
        assert environment[VARIABLE] == ("3" if before else "2")
    assert environment == before
    with pytest.raises(ValueError, match="boom"), scaled(environment, 150):
        raise ValueError("boom")
    assert environment == before


@pytest.mark.parametrize(("scale", "asked", "ratio"), [(100, "", 1.0), (125, "", 1.25), (150, "2", 3.0)])
def test_the_application_is_drawn_at_the_scale_and_leaves_nothing_to_its_children(
    tmp_path: Path, scale: int, asked: str, ratio: float
) -> None:
    file = tmp_path / "desktop.ini"
    StoredSettings(file).save(Settings(scale=scale))
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    environment |= {VARIABLE: asked} if asked else {}
    done = subprocess.run(
        [sys.executable, "-c", STARTED, str(file)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [ratio, asked]
