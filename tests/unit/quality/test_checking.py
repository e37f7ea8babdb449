"""The findings table as a whole: order, cap, gate, what to correct, score.

Evidence: faults planted by hand in files of four weeks.
"""

import pytest

from four_weeks import AS_OF, FILES
from mmm.errors import DataRefusedError
from mmm.quality import check_sources, fix_plan, gate, quality_score, source_map
from mmm.records import TABLES
from mmm.sources import read_sources

TV = FILES["tv"]


def test_columns_are_the_contract_and_the_worst_comes_first(check):
    findings = check(
        {"tv": TV.replace(",901", ",-901"), "nps": FILES["nps"] + "2026-09-26,11\n"},
        {"search": {"vat": "included"}},
    )
    assert list(findings.columns) == list(TABLES["findings"])
    assert findings[["source", "rule"]].to_numpy().tolist() == [
        ["search", "vat"],
        ["tv", "negative_amount"],
        ["nps", "score_outside_scale"],
    ]


def test_many_findings_of_a_rule_are_capped_and_counted(check):
    rows = "".join(f"2026-09-{7 + at % 14:02d},{11 + at}\n" for at in range(450))
    findings = check({"nps": "date,score\n" + rows})
    own = findings[findings["source"] == "nps"]
    assert len(own) == 201
    last = own.iloc[-1]
    assert (last["rule"], last["value"], last["severity"]) == ("more", "250", "warning")
    assert last["message"] == "And 250 more findings of the rule score_outside_scale in nps"


def test_unreadable_cells_are_capped_and_counted(check):
    rows = "".join(f"2026-09-{7 + at % 14:02d},x{at}\n" for at in range(300))
    findings = check({"nps": "date,score\n" + rows})
    assert findings["rule"].value_counts().to_dict() == {"unreadable_count": 200, "more": 1}
    assert findings.iloc[-1]["value"] == "100"


def test_the_gate_says_each_fatal_finding_with_its_line(check):
    findings = check({"tv": TV.replace(",90", ",-90"), "buys": "customer,date,amount\n"})
    with pytest.raises(DataRefusedError) as refused:
        gate(findings)
    assert str(refused.value) == (
        "data: 6 problems\n"
        + "".join(
            f"  - tv, line {at + 2}: spend is negative: -{900 + at}: Correct the amount; put a credit note "
            "on the period that it corrects\n"
            for at in range(4)
        )
        + "  - buys: buys has no data row (buys.csv): Export it again, or take the source out of the params\n"
        "  - search, tv: Channel tv has no spend in the calendar: Add its source, correct the mapping of "
        "campaigns, or remove the channel"
    )
    assert refused.value.exit_code == 2


def test_the_gate_counts_what_it_does_not_show(check):
    rows = "".join(f"2026-09-{7 + at % 14:02d},-{at + 1}\n" for at in range(9))
    with pytest.raises(DataRefusedError) as refused:
        gate(check({"tv": "date,spend\n" + rows}))
    own = [
        problem for problem in refused.value.problems if problem.startswith("tv") and "negative" in problem
    ]
    assert len(own) == 5
    assert (
        "tv: and 4 more of this kind: `mmm check PARAMS --fix-plan FILE` lists them all"
        in refused.value.problems
    )


def test_warnings_do_not_close_the_gate(check):
    findings = check({"nps": FILES["nps"] + "2026-09-26,11\n"})
    assert len(findings) == 1
    gate(findings)


def test_the_plan_to_fix_leaves_out_notes_and_counts(check):
    findings = check({"nps": FILES["nps"] + "2026-09-26,11\n2026-09-26,\n"})
    assert fix_plan(findings)[["source", "row", "rule"]].to_numpy().tolist() == [
        ["nps", 4, "score_outside_scale"]
    ]


def test_the_source_map_says_freshness_and_gaps(make_params):
    params = make_params({"tv": TV.replace("2026-09-07,FR_TV_BRAND_2026Q3,901\n", "")})
    found = source_map(params, read_sources(params), AS_OF).set_index("source")
    assert list(found.reset_index().columns) == list(TABLES["source_map"])
    tv = found.loc["tv"]
    assert (tv["rows"], tv["age_days"], tv["is_fresh"], tv["missing_periods"]) == (3, 2, True, 1)
    assert found.loc["fees", "age_days"] == -1, "fees of September cover it to its end"


def test_a_fatal_finding_costs_more_than_a_warning(make_params):
    params = make_params({"tv": TV.replace(",901", ",-901"), "nps": FILES["nps"] + "2026-09-26,11\n"})
    tables = read_sources(params)
    scores = quality_score(tables, check_sources(params, tables, AS_OF)).set_index("source")
    assert scores.loc["search", "score"] == 1.0
    assert scores.loc["tv", "score"] < scores.loc["nps", "score"] < 1.0
    assert scores.loc["tv", ["n_rows", "n_fatal", "n_warning"]].tolist() == [4, 1, 0]
