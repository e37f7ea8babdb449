"""The sample analysis: every planted fault is seen, and nothing else.

Evidence: the truth that `mmm simulate` writes beside the samples.
"""

import json
from datetime import date

import pytest

from mmm.params import read_params
from mmm.quality import check_sources, gate
from mmm.sources import read_sources

RULE_OF = {
    "naming": "naming",
    "clicks_above_impressions": "clicks_above_impressions",
    "spend_without_delivery": "spend_without_delivery",
    "duplicate": "duplicate_touch",
    "late_source": "late",
}
"""Rule that must see each kind of planted fault; totals depend on the source."""


@pytest.fixture(scope="module")
def findings(root):
    params = read_params(root / "params" / "demo.yaml")
    return check_sources(params, read_sources(params), date(2026, 9, 28))


def rule_of(fault: dict) -> str:
    if fault["kind"] == "total_gap":
        return "funnel_gap" if fault["source"] == "funnel" else "total_gap"
    return RULE_OF[fault["kind"]]


def test_each_planted_fault_is_seen_once_and_nothing_else(findings, root):
    faults = json.loads((root / "data_samples" / "truth.json").read_text("utf-8"))["faults"]
    planted = sorted((fault["source"], rule_of(fault)) for fault in faults)
    seen = sorted(zip(findings["source"], findings["rule"], strict=True))
    assert seen == planted
    assert set(findings["severity"]) == {"warning"}
    gate(findings)


def test_broken_names_come_with_the_right_one(findings, root):
    faults = json.loads((root / "data_samples" / "truth.json").read_text("utf-8"))["faults"]
    right = {fault["where"]: f"→ {fault['value']}" for fault in faults if fault["kind"] == "naming"}
    named = findings[findings["rule"] == "naming"]
    assert dict(zip(named["value"], named["action"], strict=True)) == right
