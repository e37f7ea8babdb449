"""`mmm allocate`: closed forms, bisection, exhaustive grids and conditions of optimality, all written anew here."""

import json

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator
from scipy.optimize import LinearConstraint, brentq, minimize

from mmm.allocation.file_answer import answer
from mmm.allocation.problem_file import parse_problem

KINDS = ("log", "power", "michaelis_menten", "exponential", "hill", "logistic", "linear", "table")


def solve(**problem):
    return answer(parse_problem(json.dumps({"total": 1000.0} | problem), "test"))


def value_of(curve, x):
    scale, k = curve.get("scale"), curve.get("k")
    x = np.asarray(x, dtype=float)
    if curve["kind"] == "table":
        points = np.array(curve["points"])
        inside = np.minimum(x, points[-1, 0])
        if curve.get("interpolation") == "linear" or len(points) == 2:
            return np.interp(inside, *points.T)
        return PchipInterpolator(*points.T)(inside)
    forms = {
        "log": lambda: scale * np.log(1 + x / k),
        "power": lambda: scale * x ** curve["exponent"],
        "michaelis_menten": lambda: scale * x / (k + x),
        "exponential": lambda: scale * (1 - np.exp(-x / k)),
        "hill": lambda: scale * x ** curve["slope"] / (k ** curve["slope"] + x ** curve["slope"]),
        "logistic": lambda: scale * (1 - np.exp(-x / k)) / (1 + np.exp(-x / k)),
        "linear": lambda: scale * x,
    }
    return forms[curve["kind"]]()


def random_curve(rng, kind, total):
    scale, k = float(rng.uniform(10, 100)), float(total * rng.uniform(0.05, 1))
    if kind == "table":
        x = np.concatenate([[0.0], np.sort(rng.uniform(0.05, 1, 4)) * total])
        y = np.concatenate([[0.0], np.cumsum(rng.uniform(0, 30, 4) * (rng.random(4) < 0.8))])
        smooth = {"interpolation": "linear"} if rng.random() < 0.5 else {}
        return {"kind": kind, "points": np.stack([x, y], axis=1).tolist()} | smooth
    own = {"scale": scale}
    if kind == "power":
        return {"kind": kind, "scale": scale / total**0.5, "exponent": float(rng.uniform(0.2, 1.5))}
    if kind == "linear":
        return {"kind": kind, "scale": scale / total}
    if kind == "hill":
        own["slope"] = float(rng.uniform(0.5, 5))
    return {"kind": kind, "k": k} | own


CONCAVE = {
    "log": (lambda p, s, k: s / p - k, lambda x, s, k: s * np.log1p(x / k)),
    "michaelis_menten": (lambda p, s, k: np.sqrt(s * k / p) - k, lambda x, s, k: s * x / (k + x)),
    "exponential": (lambda p, s, k: k * np.log(s / k / p), lambda x, s, k: -s * np.expm1(-x / k)),
}


@pytest.mark.parametrize("kind", CONCAVE)
@pytest.mark.parametrize("n", [3, 40, 500])
def test_concave_curves_reach_the_value_of_a_bisection_on_the_price(kind, n):
    # Bisection with brentq on the closed-form inverse of the slope: agreement to 1e-9, relative.
    rng = np.random.default_rng(n)
    scale, k, total = rng.uniform(50, 200, n), rng.uniform(20, 100, n), 20.0 * n
    upper = rng.uniform(0.5, 3, n) * 20
    inverse, curve = CONCAVE[kind]

    def taken(log_price):
        return np.clip(inverse(np.exp(log_price), scale, k), 0, upper)

    price = brentq(lambda t: taken(t).sum() - total, -30, 30, xtol=1e-15)
    expected = curve(taken(price), scale, k).sum()
    found = solve(
        total=total,
        channels=[
            {
                "name": f"c{c}",
                "upper": float(upper[c]),
                "curve": {"kind": kind, "scale": float(scale[c]), "k": float(k[c])},
            }
            for c in range(n)
        ],
    )
    assert found.objective == pytest.approx(expected, rel=1e-9)
    assert found.multiplier == pytest.approx(np.exp(price), rel=1e-6)
    assert found.status == "optimal"
    assert found.gap <= 1e-9 * found.objective
    assert sum(found.allocation.values()) == pytest.approx(total, rel=1e-12)


def test_power_curves_are_split_as_the_closed_form_says():
    strength, exponent = np.array([3.0, 2.0, 1.0]), 0.4
    ideal = strength ** (1 / (1 - exponent))
    found = solve(
        channels=[
            {"name": str(k), "curve": {"kind": "power", "scale": s, "exponent": exponent}}
            for k, s in enumerate(strength.tolist())
        ]
    )
    np.testing.assert_allclose(list(found.allocation.values()), 1000 * ideal / ideal.sum(), rtol=1e-9)


def brute(problem, n_steps):
    """Every plan in steps of total / n_steps that meets the limits: amounts and values."""
    n, total = len(problem["channels"]), problem["total"]
    axes = np.meshgrid(*[np.arange(n_steps + 1)] * (n - 1), indexing="ij")
    first = np.stack([axis.ravel() for axis in axes], axis=1)
    first = first[first.sum(axis=1) <= n_steps]
    plans = np.concatenate([first, n_steps - first.sum(axis=1, keepdims=True)], axis=1) * total / n_steps
    close = 1e-9 * total
    kept = np.ones(len(plans), dtype=bool)
    for c, channel in enumerate(problem["channels"]):
        kept &= plans[:, c] >= channel.get("lower", 0) - close
        kept &= plans[:, c] <= channel.get("upper", total) + close
    for group in problem["groups"]:
        spent = plans[:, [int(name[1:]) for name in group["channels"]]].sum(axis=1)
        kept &= (spent >= group.get("lower", 0) - close) & (spent <= group.get("upper", np.inf) + close)
    plans = plans[kept]
    return plans, sum(value_of(c["curve"], plans[:, k]) for k, c in enumerate(problem["channels"]))


def random_problem(seed, n_steps):
    """Draw problems until one has a plan in steps of total / n_steps."""
    rng = np.random.default_rng(seed)
    while True:
        problem = draw_problem(rng, n_steps)
        if len(brute(problem, n_steps)[0]):
            return problem


def draw_problem(rng, n_steps):
    n, total = int(rng.integers(2, 5)), float(10 ** rng.uniform(-2, 7))
    unit = total / n_steps
    channels = []
    for c in range(n):
        channel = {"name": f"c{c}", "curve": random_curve(rng, str(rng.choice(KINDS)), total)}
        if rng.random() < 0.3:
            channel["lower"] = float(unit * rng.integers(0, n_steps // (2 * n)))
        if rng.random() < 0.3:
            channel["upper"] = float(unit * rng.integers(n_steps // 2, n_steps + 1))
        channels.append(channel)
    groups = []
    for g in range(int(rng.integers(0, 3))):
        members = [f"c{c}" for c in range(n) if rng.random() < 0.6] or ["c0"]
        limits = {"upper": float(unit * rng.integers(2 * n_steps // 3, n_steps + 1))}
        limits |= {"lower": float(unit * rng.integers(0, n_steps // 4))} if rng.random() < 0.5 else {}
        groups.append({"name": f"g{g}", "channels": members} | limits)
    return {"total": total, "channels": channels, "groups": groups}


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_of_a_grid_beats_the_answer_or_its_bound(seed):
    n_steps = 40
    problem = random_problem(seed, n_steps)
    _, values = brute(problem, n_steps)
    found = solve(**problem)
    plan = np.array(list(found.allocation.values()))
    own = sum(float(value_of(c["curve"], x)) for c, x in zip(problem["channels"], plan, strict=True))
    size = max(abs(own), 1e-9)
    assert found.objective == pytest.approx(own, rel=1e-9)
    assert found.status == "optimal"
    assert found.bound >= values.max() - 1e-9 * size
    assert own >= values.max() - 1e-6 * size  # the gap that `optimal` allows
    assert plan.sum() == pytest.approx(problem["total"], rel=1e-12)
    close = 1e-9 * problem["total"]
    for group in problem["groups"]:
        spent = sum(found.allocation[name] for name in group["channels"])
        assert group.get("lower", 0) - close <= spent <= group["upper"] + close


@pytest.mark.parametrize("seed", range(100, 125))
def test_rounded_plans_are_the_best_of_all_rounded_plans(seed):
    n_steps = 30
    problem = random_problem(seed, n_steps)
    unit = problem["total"] / n_steps
    _, values = brute(problem, n_steps)
    found = solve(**problem, round_to=unit)
    plan = np.array(list(found.allocation.values()))
    np.testing.assert_allclose(plan / unit, np.round(plan / unit), atol=1e-6)
    assert plan.sum() == pytest.approx(problem["total"], rel=1e-9)
    assert found.objective == pytest.approx(values.max(), rel=1e-6)
    assert found.bound >= values.max() * (1 - 1e-9)


def test_the_odd_remainder_of_a_total_goes_to_the_channel_that_is_named():
    curve = {"kind": "michaelis_menten", "scale": 100.0, "k": 300.0}
    found = solve(
        total=1017.5,
        round_to=50.0,
        channels=[{"name": "a", "curve": curve}, {"name": "b", "curve": curve | {"scale": 60.0}}],
    )
    other = "a" if found.remainder == "b" else "b"
    assert found.allocation[other] % 50 == 0
    assert sum(found.allocation.values()) == 1017.5


@pytest.mark.parametrize("n", [20, 200, 500])
def test_hundreds_of_s_shaped_channels_are_certified(n):
    rng = np.random.default_rng(n)
    found = solve(
        total=5.0 * n,
        channels=[
            {
                "name": f"c{c}",
                "curve": {
                    "kind": "hill",
                    "scale": float(rng.uniform(50, 200)),
                    "k": float(rng.uniform(20, 100)),
                    "slope": float(rng.uniform(1.5, 5)),
                },
            }
            for c in range(n)
        ],
        groups=[{"name": "g", "channels": [f"c{c}" for c in range(n // 2)], "upper": 2.0 * n}],
    )
    assert found.status == "optimal"
    assert found.gap <= 1e-9 * found.objective


def test_interchangeable_s_shaped_channels_are_certified():
    # Four of them at 67.5 are best: beyond the amount k (n - 1) ** (1 / n) = 63 where value per unit peaks.
    curve = {"kind": "hill", "scale": 100.0, "k": 50.0, "slope": 3.0}
    found = solve(total=270.0, channels=[{"name": f"c{c}", "curve": curve} for c in range(100)])
    assert sorted(found.allocation.values())[-5:] == pytest.approx([0, 67.5, 67.5, 67.5, 67.5])
    assert found.status == "optimal"


@pytest.mark.parametrize("seed", range(6))
def test_marginal_values_meet_the_conditions_of_optimality(seed):
    # Slopes by central differences; nested and overlapping groups; concave kinds only.
    rng = np.random.default_rng(seed)
    kinds = ["log", "michaelis_menten", "exponential", "logistic"]
    channels = [
        {"name": f"c{c}", "upper": 400.0, "curve": random_curve(rng, kinds[c % 4], 1000.0)} for c in range(8)
    ]
    groups = [
        {"name": "low", "channels": ["c0", "c1", "c2"], "lower": 450.0},
        {"name": "high", "channels": ["c3", "c4"] if seed % 2 else ["c2", "c3", "c4"], "upper": 150.0},
    ]
    found = solve(channels=channels, groups=groups)
    price = {"total": 0.0} | found.shadow_prices
    for channel in channels:
        name, x = channel["name"], found.allocation[channel["name"]]
        if not 1e-3 < x < 399.99:
            continue
        slope = float(np.diff(value_of(channel["curve"], [x - 1e-3, x + 1e-3]))[0]) / 2e-3
        due = price["total"]
        due += price.get("groups.high.upper", 0.0) if name in groups[1]["channels"] else 0.0
        due -= price.get("groups.low.lower", 0.0) if name in groups[0]["channels"] else 0.0
        assert slope == pytest.approx(due, rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_overlapping_groups_reach_what_a_general_solver_finds(seed):
    rng = np.random.default_rng(seed)
    channels = [{"name": f"c{c}", "curve": random_curve(rng, "log", 1000.0)} for c in range(6)]
    groups = [
        {"name": "one", "channels": ["c0", "c1", "c2"], "upper": 400.0},
        {"name": "two", "channels": ["c2", "c3"], "lower": 450.0},
    ]
    found = solve(channels=channels, groups=groups)
    rows = [[1] * 6, [1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0]]
    other = minimize(
        lambda x: -sum(float(value_of(c["curve"], v)) for c, v in zip(channels, x * 1000, strict=True)) / 100,
        np.full(6, 1 / 6),
        bounds=[(0, 1)] * 6,
        constraints=[
            LinearConstraint(rows[:1], 1, 1),
            LinearConstraint(rows[1:], [0, 0.45], [0.4, np.inf]),
        ],
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    )
    assert found.objective >= -other.fun * 100 * (1 - 1e-9)
    assert found.objective == pytest.approx(-other.fun * 100, rel=1e-6)
    assert found.gap <= 1e-8 * found.objective


def test_shadow_prices_are_what_relief_brings():
    problem = {
        "channels": [
            {"name": "a", "lower": 300.0, "curve": {"kind": "log", "scale": 20.0, "k": 100.0}},
            {"name": "b", "upper": 100.0, "curve": {"kind": "log", "scale": 90.0, "k": 100.0}},
            {"name": "c", "curve": {"kind": "log", "scale": 60.0, "k": 200.0}},
            {"name": "d", "curve": {"kind": "log", "scale": 50.0, "k": 50.0}},
        ],
        "groups": [{"name": "g", "channels": ["c"], "upper": 250.0}],
    }
    base, step = solve(**problem), 1e-3

    def relieved(change):
        changed = json.loads(json.dumps(problem))
        change(changed)
        return (solve(**changed).objective - base.objective) / step

    assert base.shadow_prices == {
        "total": pytest.approx(relieved(lambda p: p.update(total=1000 + step)), rel=1e-4),
        "groups.g.upper": pytest.approx(
            relieved(lambda p: p["groups"][0].update(upper=250 + step)), rel=1e-4
        ),
        "channels.a.lower": pytest.approx(
            relieved(lambda p: p["channels"][0].update(lower=300 - step)), rel=1e-4
        ),
        "channels.b.upper": pytest.approx(
            relieved(lambda p: p["channels"][1].update(upper=100 + step)), rel=1e-4
        ),
    }
    assert base.binding == list(base.shadow_prices)


def test_a_ceiling_is_not_spent_where_nothing_more_is_brought():
    table = {"kind": "table", "points": [[0, 0], [100, 50], [200, 60]]}
    found = solve(spend_all=False, channels=[{"name": "a", "curve": table}, {"name": "b", "curve": table}])
    assert sum(found.allocation.values()) == pytest.approx(400)
    assert found.multiplier == 0
    assert found.binding == []
    assert solve(channels=[{"name": "a", "curve": table}]).allocation == {"a": 1000}


def test_the_order_of_channels_the_currency_and_names_change_nothing():
    problem = random_problem(7, 40)
    one = solve(**problem)
    other = solve(**(problem | {"currency": "USD", "channels": problem["channels"][::-1]}))
    assert other.objective == pytest.approx(one.objective, rel=1e-9)
    assert other.bound == pytest.approx(one.bound, rel=1e-9)
