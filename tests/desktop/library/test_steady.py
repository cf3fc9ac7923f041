from __future__ import annotations

import gc
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.library.steady import SWITCH_SECONDS, steady, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.isenabled(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    assert (gc.isenabled(), sys.getswitchinterval()) == before


def test_everything_is_put_back_by_the_last_one_even_after_an_error() -> None:
    with steady():
        with pytest.raises(ValueError), steady():
            raise ValueError
        assert not gc.isenabled()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS, rel=0.1)
    assert gc.isenabled()


def test_threads_that_overlap_put_it_back_once() -> None:
    entered, leave = threading.Event(), threading.Event()

    def work() -> None:
        with steady():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert entered.wait(10)
    with steady():
        pass
    assert not gc.isenabled()
    leave.set()
    thread.join()


class Loop:
    """Garbage that only looking for it takes away."""

    gone = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Loop.gone += 1


def test_its_own_garbage_goes() -> None:
    Loop.gone = 0
    with steady():
        Loop()
        assert Loop.gone == 0
        tidy()
        assert Loop.gone == 1


def test_a_program_that_collects_nothing_still_does_not_afterwards() -> None:
    gc.disable()
    try:
        with steady():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
