"""What scripts/bench takes out of the hearing is there to be taken out."""

from __future__ import annotations

from pkgutil import resolve_name

import pytest

from bench.compared import DOUBTS, WAYS
from bench.techniques import LACKING


@pytest.mark.parametrize("name", LACKING)
def test_what_is_replaced_has_its_name_still(name: str) -> None:
    target, instead = LACKING[name]

    assert resolve_name(target) != instead


def test_every_part_that_can_be_taken_out_is() -> None:
    assert {name for way, _ in (*WAYS, *DOUBTS) for name in way.lacking} == LACKING.keys()
