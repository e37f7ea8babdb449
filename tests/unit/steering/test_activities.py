"""A decision names something that the analysis knows. Evidence: the sample analysis."""

import pytest

from mmm.errors import UserInputError
from mmm.params import read_params
from mmm.steering.activities import known_activity


@pytest.fixture(scope="module")
def params(root):
    return read_params(root / "params" / "demo.yaml")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("tv", "tv"),
        ("TV", "tv"),
        ("Télévision", "tv"),
        ("budget", "budget"),
        ("revenue", "revenue"),
        ("CAC", "cac"),
    ],
)
def test_an_activity_is_known_by_name_or_label(params, typed, kept):
    assert known_activity(params, typed) == kept


def test_an_unknown_activity_is_refused_with_the_nearest(params):
    with pytest.raises(UserInputError) as refused:
        known_activity(params, "télévison")
    assert str(refused.value) == (
        "mmm decide: 1 problem\n"
        "  - --activity télévison is no channel, outcome, KPI or action of demo, did you mean télévision?"
    )
