"""`mmm allocate` refuses what has no answer: every problem at once, exit code 2, nothing half written."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mmm.allocation.problem_file import parse_problem, problem_schema
from mmm.cli import app
from mmm.errors import InfeasibleBudgetError, UserInputError

CURVE = {"kind": "log", "scale": 10.0, "k": 5.0}
SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "how_to" / "allocate_problem.schema.json"


def refused(**problem):
    with pytest.raises(UserInputError) as raised:
        parse_problem(json.dumps(problem), "p.json")
    return raised.value


def channel(name="a", **own):
    return {"name": name, "curve": CURVE} | own


def test_the_published_schema_is_the_one_the_records_give():
    assert SCHEMA.read_text(encoding="utf-8") == problem_schema()


def test_every_wrong_value_is_named_at_once():
    problem = {
        "total": 0.0,
        "direction": "minimise",
        "chanels": [],
        "channels": [
            channel(curve={"kind": "hill", "scale": -1.0, "k": 0.0}),
            channel("b", upper=float("nan")),
            channel("c", curve={"kind": "hil", "scale": 1.0}),
            channel("d", curve=CURVE | {"slop": 2.0}),
        ],
    }
    assert str(refused(**problem)) == (
        "p.json: 9 problems\n"
        "  - total: found 0.0, input should be greater than 0\n"
        '  - direction: found the text "minimise", expected maximise\n'
        "  - channels[0] (a).curve.scale: found -1.0, input should be greater than or equal to 0\n"
        "  - channels[0] (a).curve.k: found 0.0, input should be greater than 0\n"
        "  - channels[0] (a).curve.slope: missing, a value is required\n"
        "  - channels[1] (b).upper: found nan, input should be a finite number\n"
        '  - channels[2] (c).curve: found kind "hil", did you mean hill?\n'
        "  - channels[3] (d).curve.slop: unknown key, known: kind, scale, k\n"
        "  - chanels: unknown key, did you mean channels?"
    )


def test_limits_that_conflict_are_named_with_their_size():
    problem = {
        "total": 100.0,
        "channels": [channel("a", lower=80.0), channel("b", lower=50.0, upper=40.0)],
        "groups": [
            {"name": "empty", "channels": []},
            {"name": "odd", "channels": ["a", "c"]},
            {"name": "tight", "channels": ["a"], "upper": 70.0},
        ],
    }
    error = refused(**problem)
    assert isinstance(error, InfeasibleBudgetError)
    assert error.problems == (
        "b: the floor 50 EUR is above the ceiling 40 EUR by 10 EUR: lower the floor or raise the ceiling",
        "total: floors add up to 130 EUR, the budget is 100 EUR, 30 EUR less: lower a floor or raise the budget",
        "group empty: no channel, expected at least one: name its channels or leave the group out",
        "group odd: unknown channel c, expected one of a, b",
        "group tight: the floors of its channels add up to 80 EUR, the maximum is 70 EUR, 10 EUR less: "
        "lower a floor or raise the maximum",
    )


def test_caps_below_the_total_are_refused_only_where_it_must_be_spent():
    problem = {"total": 100.0, "channels": [channel(upper=30.0), channel("b", upper=20.0)]}
    assert refused(**problem).problems == (
        "total: ceilings add up to 50 EUR, the budget is 100 EUR, 50 EUR more: raise a ceiling or lower the budget",
    )
    assert parse_problem(json.dumps(problem | {"spend_all": False}), "p.json").total == 100.0


def test_small_totals_keep_their_conflicts():
    problem = {"total": 1e-3, "channels": [channel(lower=8e-4), channel("b", lower=3e-4)]}
    assert "floors add up to 0.0011 EUR, the budget is 0.001 EUR, 0.0001 EUR less" in str(refused(**problem))


def test_groups_that_conflict_only_together_are_found():
    problem = {
        "total": 100.0,
        "channels": [channel("a"), channel("b"), channel("c")],
        "groups": [
            {"name": "ab", "channels": ["a", "b"], "lower": 80.0},
            {"name": "bc", "channels": ["b", "c"], "lower": 70.0},
            {"name": "b", "channels": ["b"], "upper": 20.0},
        ],
    }
    error = refused(**problem)
    assert len(error.problems) == 1
    assert "with every other limit met it stays 30 EUR" in error.problems[0]


def test_a_problem_without_bound_is_refused():
    table = {"kind": "table", "points": [[0, 0], [10, 5]]}
    assert refused(channels=[channel("a"), channel("b", curve=table), channel("c", upper=5.0)]).problems == (
        "a: no total, no upper limit, and a log curve that never flattens, so no plan is the best: "
        "give a total or an upper limit",
    )
    parse_problem(json.dumps({"channels": [channel("b", curve=table), channel("c", upper=5.0)]}), "p.json")


def test_tables_out_of_order_and_names_given_twice_are_refused():
    curve = {"kind": "table", "points": [[5, 0], [10, 5], [10, 4]]}
    found = refused(total=10.0, channels=[channel("a", curve=curve), channel("a")]).problems
    assert found == (
        "channel a: 2 channels have this name, expected one: give each its own",
        "a: point 3 of its table has amount 10 after 10, expected ascending amounts: "
        "sort the points and keep each amount once",
        "a: point 3 of its table has value 4 after 5, expected values that never fall: correct the point",
        "a: its table begins at 5, above its lower limit 0: add a point at or below 0, or raise the lower limit",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "expected {...}"),
        ('{"total": 1, "total": 2, "channels": []}', "total: given twice"),
    ],
)
def test_what_is_not_a_problem_is_refused(text, words):
    with pytest.raises(UserInputError, match=words):
        parse_problem(text, "p.json")


def test_a_unit_that_leaves_no_plan_is_refused():
    from mmm.allocation.file_answer import answer

    problem = {
        "total": 100.0,
        "round_to": 100.0,
        "channels": [channel("a", upper=99.0), channel("b", lower=0.0, upper=99.0)],
    }
    with pytest.raises(InfeasibleBudgetError, match="no plan in multiples of 100 EUR"):
        answer(parse_problem(json.dumps(problem), "p.json"))


def test_the_command_prints_or_writes_the_answer(tmp_path):
    file, out = tmp_path / "p.json", tmp_path / "answer.json"
    file.write_text(json.dumps({"total": 100.0, "channels": [channel("a"), channel("b")]}))
    printed = json.loads(CliRunner().invoke(app, ["allocate", str(file)]).stdout)
    assert list(printed) == [
        "status", "objective", "bound", "gap", "allocation", "multiplier", "shadow_prices", "binding", "seconds",
    ]  # fmt: skip
    assert printed["allocation"] == {"a": pytest.approx(50), "b": pytest.approx(50)}
    assert CliRunner().invoke(app, ["allocate", str(file), "--out", str(out)]).exit_code == 0
    assert json.loads(out.read_text())["objective"] == printed["objective"]


def test_a_refused_problem_writes_nothing(tmp_path):
    file, out = tmp_path / "p.json", tmp_path / "answer.json"
    file.write_text(json.dumps({"total": -1, "channels": []}))
    done = CliRunner().invoke(app, ["allocate", str(file), "--out", str(out)])
    assert isinstance(done.exception, UserInputError)
    assert done.exception.exit_code == 2
    assert not out.exists()
