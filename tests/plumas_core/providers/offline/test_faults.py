from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.providers.offline.faults import (
    COUNTED,
    NO_FAULTS,
    BadFaults,
    Faults,
    parse_faults,
)


def test_an_empty_setting_means_that_nothing_goes_wrong() -> None:
    assert parse_faults("") == NO_FAULTS
    assert not NO_FAULTS.counts_creates


def test_a_setting_names_each_fault_with_its_number() -> None:
    found = parse_faults("rows=0.1, expire=0.5,lost_answer=1,vanish=2,anonymous=1,late=7")
    assert found == Faults(rows=0.1, expire=0.5, lost_answer=1, vanish=2, anonymous=True, late=7)


def test_a_fault_without_a_number_happens_once() -> None:
    assert parse_faults("refuse,anonymous") == Faults(refuse=1, anonymous=True)


@given(
    st.builds(
        Faults,
        rows=st.floats(0, 1),
        broken=st.floats(0, 1),
        expire=st.none() | st.floats(0, 1),
        expire_first=st.none() | st.integers(0, 99),
        **dict.fromkeys(COUNTED, st.integers(0, 9)),
        late=st.integers(0, 99),
        anonymous=st.booleans(),
    )
)
def test_faults_written_as_a_setting_are_read_back_the_same(faults: Faults) -> None:
    assert parse_faults(str(faults)) == faults


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("rain=1", "rain"),
        ("rows=2", "rows"),
        ("rows=nan", "rows"),
        ("rows=many", "rows"),
        ("refuse=-1", "refuse"),
        ("refuse=1.5", "refuse"),
        ("anonymous=2", "anonymous"),
        ("vanish=1,vanish=2", "vanish"),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused_by_the_name_of_its_part(
    setting: str, named: str
) -> None:
    with pytest.raises(BadFaults, match=named):
        parse_faults(setting)


def test_counted_faults_befall_the_first_creates_one_each() -> None:
    faults = Faults(refuse=1, lost_answer=2, vanish=1)
    assert [faults.of_create(n) for n in range(5)] == [
        "refuse",
        "lost_answer",
        "lost_answer",
        "vanish",
        None,
    ]


def test_every_batch_expires_unless_only_the_first_ones_are_to() -> None:
    assert [Faults(expire=0.5).finished_share(n) for n in (0, 9)] == [0.5, 0.5]
    some = Faults(expire=0.5, expire_first=1)
    assert [some.finished_share(n) for n in (0, 1)] == [0.5, 1.0]
