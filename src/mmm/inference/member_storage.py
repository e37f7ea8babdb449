"""The specifications of an average as plain values, for the file of its posterior."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from mmm.inference.records import Member
from mmm.model import spec_from_dict
from mmm.records import CheckResult


def plain_member(member: Member) -> dict[str, Any]:
    """Give values that JSON can hold; floats keep every digit."""
    return {
        "spec": member.spec.to_dict(),
        "n_lags": member.n_lags,
        "weight": member.weight,
        "elpd": member.elpd,
        "figures": member.figures.to_dict("list"),
        "checks": [asdict(check) for check in member.checks],
        "attempts": member.attempts,
    }


def member_of(values: dict[str, Any]) -> Member:
    """Rebuild what `plain_member` wrote."""
    return Member(
        **{
            **values,
            "spec": spec_from_dict(values["spec"]),
            "figures": pd.DataFrame(values["figures"]),
            "checks": tuple(CheckResult(**check) for check in values["checks"]),
        }
    )
