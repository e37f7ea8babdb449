"""Attribution of the public paths file and of the textbook chain, to the printed digits.

Paths: `PathData` of the R package ChannelAttribution (10,000 aggregated paths, 12 channels). First,
last and linear: ChannelAttribution 2.2.5 and marketing_attribution_models 2.1.1 print the same.
Markov: removal effects of marketing_attribution_models 2.1.1 (exact); ChannelAttribution simulates.
"""

import numpy as np
import pandas as pd
import pytest

from hand_made_customers import table_of
from mmm.attribution import (
    chain,
    conversion_rate,
    credits,
    journey_paths,
    markov_by_path,
    read_paths,
    removal_effects,
    steps,
)

ORDER = [
    "alpha",
    "beta",
    "eta",
    "iota",
    "lambda",
    "theta",
    "epsilon",
    "zeta",
    "kappa",
    "gamma",
    "delta",
    "mi",
]
FIRST = [6308, 2831, 3164, 4606, 902, 1606, 99, 27, 74, 165, 1, 2]
LAST = [8447, 989, 4167, 3355, 1207, 653, 531, 107, 230, 92, 5, 2]
LINEAR = [
    7574.7186, 2083.5001, 3539.9512, 3857.0962, 1035.2576, 1022.8014,
    272.1704, 136.5515, 137.9641, 121.0416, 1.7250, 2.2222,
]  # fmt: skip
SHAPLEY = [
    7627.9440, 1982.7393, 3613.6560, 3505.0440, 987.7821, 1190.9631,
    374.6774, 199.9917, 159.0571, 138.1857, 2.2929, 2.6667,
]  # fmt: skip
REMOVAL = [
    0.558399, 0.264039, 0.349026, 0.405835, 0.134022, 0.206010,
    0.062639, 0.039811, 0.028663, 0.017880, 0.000482, 0.000180,
]  # fmt: skip
MARKOV = [
    5344.948, 2527.352, 3340.847, 3884.615, 1282.847, 1971.913,
    599.571, 381.063, 274.363, 171.145, 4.614, 1.722,
]  # fmt: skip


@pytest.fixture(scope="module")
def paths(reference_data):
    file = pd.read_csv(reference_data / "attribution" / "channelattribution_paths.csv")
    ours = {"total_conversions": "conversions", "total_conversion_value": "value", "total_null": "nulls"}
    return read_paths(table_of(file.rename(columns=ours)), "paths", 90)


@pytest.fixture(scope="module")
def credited(paths):
    return {
        method: pd.Series(credit.conversions, index=paths.channels)[ORDER]
        for method, credit in credits(paths).items()
    }


@pytest.mark.reference
def test_totals_of_the_file(paths):
    assert (paths.conversions.sum(), paths.nulls.sum()) == (19_785, 68_602)
    assert paths.value.sum() == pytest.approx(74_802.97, abs=5e-3)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("method", "printed", "digits"),
    [
        ("first", FIRST, 0),
        ("last", LAST, 0),
        ("linear", LINEAR, 4),
        ("shapley", SHAPLEY, 4),
        ("markov", MARKOV, 3),
    ],
)
def test_conversions_by_method(credited, method, printed, digits):
    np.testing.assert_allclose(
        credited[method], printed, rtol=0, atol=0.51 * 10.0**-digits if digits else 1e-6
    )
    assert credited[method].sum() == pytest.approx(19_785)


@pytest.mark.reference
def test_removal_effects(paths):
    journeys = chain(steps(paths), paths.conversions, paths.nulls)
    assert conversion_rate(journeys) == pytest.approx(0.2238451355968638, abs=1e-15)
    found = pd.Series(removal_effects(journeys), index=paths.channels)[ORDER]
    np.testing.assert_allclose(found, REMOVAL, rtol=0, atol=5.1e-7)


def test_the_textbook_chain():
    # C1 > C2 > C3 converts, C1 does not, C2 > C3 does not: P 1/3, effects .5, 1, 1, credit .2, .4, .4.
    paths = journey_paths(
        [["C1", "C2", "C3"], ["C1"], ["C2", "C3"]], np.array([1.0, 0, 0]), np.array([0.0, 1, 1]), np.zeros(3)
    )
    journeys = chain(steps(paths), paths.conversions, paths.nulls)
    assert conversion_rate(journeys) == pytest.approx(1 / 3)
    np.testing.assert_allclose(removal_effects(journeys), [0.5, 1.0, 1.0])
    np.testing.assert_allclose(credits(paths)["markov"].conversions, [0.2, 0.4, 0.4])


@pytest.mark.reference
def test_the_path_rule_is_what_another_tool_calls_markov(paths):
    # marketing_attribution_models 2.1.1 on the same file: 8285.5, 1896.8 and 24.1.
    found = pd.Series(markov_by_path(paths).conversions, index=paths.channels)
    assert found[["alpha", "beta", "zeta"]].round(1).tolist() == [8285.5, 1896.8, 24.1]
    assert found.sum() == pytest.approx(19_785)
