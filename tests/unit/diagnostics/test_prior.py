"""The prior check in words: table, both languages, one refusal for all outcomes."""

from pathlib import Path

import pytest
import xarray as xr

from mmm.diagnostics import prior_check
from mmm.errors import UserInputError
from mmm.params import RunParams, read_params
from mmm.params.beliefs import HalfLife, Prior
from mmm.records import TABLES
from mmm.simulate import simulate_panel


@pytest.fixture(scope="module")
def panel() -> xr.Dataset:
    return simulate_panel(1)[0]


@pytest.fixture(scope="module")
def demo(root: Path) -> RunParams:
    return read_params(root / "params" / "demo.yaml")


def with_tv(params: RunParams, **beliefs: object) -> RunParams:
    tv = params.channels["tv"].model_copy(update=beliefs)
    return params.model_copy(update={"channels": {**params.channels, "tv": tv}})


def test_every_outcome_is_told_in_both_languages(panel, demo):
    english, french = prior_check(panel, demo), prior_check(panel, demo, "fr")
    assert tuple(english.columns) == TABLES["prior_check"]
    assert set(english["outcome"]) == {"revenue", "new_customers"}
    assert english["message"].str.contains("TV: returns").any()
    assert french["message"].str.contains("Télévision : rend").any()
    assert english["p50"].tolist() == french["p50"].tolist()
    assert not english["action"].any()


def test_the_worst_comes_first_with_what_to_do(panel, demo):
    doubtful = with_tv(demo, half_life=HalfLife(median=20.0, spread=0.2, unit="months"))
    first = prior_check(panel, doubtful).iloc[0]
    assert (first["subject"], first["quantity"], first["severity"]) == ("tv", "carry_over", "warning")
    assert first["action"] == "Check the unit of its half_life: days, weeks, months or periods"


def test_every_absurdity_of_every_outcome_is_refused_at_once(panel, demo):
    absurd = with_tv(
        demo,
        half_life=HalfLife(median=400.0, spread=0.2, unit="months"),
        prior=Prior(kind="contribution_share", median=0.6, spread=0.1),
    )
    with pytest.raises(UserInputError) as refused:
        prior_check(panel, absurd)
    problems = "\n".join(refused.value.problems)
    # The share alone already exceeds the stated total, so the model of each outcome is refused with that reason.
    assert problems.count("already add up to 0.6") == 2
    longer = with_tv(demo, half_life=HalfLife(median=400.0, spread=0.2, unit="months"))
    with pytest.raises(UserInputError) as refused:
        prior_check(panel, longer)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "revenue, tv",
        "new_customers, tv",
    ]
    assert refused.value.exit_code == 2
