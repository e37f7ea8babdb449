"""`truth.json`: what tests compare estimates with. No notebook, page or model may read it.

Amounts are EUR without VAT; `return` is outcome per EUR of full cost over the written weeks.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mmm.simulate.customers import DISCOUNT_PER_YEAR, HORIZON_MONTHS
from mmm.simulate.family import MARGIN_RATE
from mmm.simulate.records import CustomerTruth, MediaTruth, OutcomeTruth, World


def write_truth(world: World, path: Path) -> None:
    """Write the truth of a world as JSON, one line per record where that stays readable."""
    path.write_text(json.dumps(truth_record(world), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def truth_record(world: World) -> dict[str, Any]:
    """Give the truth of a world as plain dictionaries and lists."""
    truth = world.truth
    periods = truth.outcomes["revenue"].noise["period"].to_numpy()
    new_customers = truth.outcomes["new_customers"].total
    cost = truth.media.full_cost.sum("period")
    return {
        "seed": truth.seed,
        "currency": "EUR",
        "periods": [str(period) for period in np.datetime_as_string(periods, unit="D")],
        "margin_rate": MARGIN_RATE,
        "discount_per_year": DISCOUNT_PER_YEAR,
        "ltv_months": HORIZON_MONTHS,
        "channels": _media(truth.media),
        "outcomes": {name: _outcome(one, truth.media) for name, one in truth.outcomes.items()},
        "incremental_cac": _named(cost / new_customers, 4),
        "customers": _customers(truth.customers),
        "faults": [_fields(fault) for fault in truth.faults],
        "events": [_fields(event) for event in truth.events],
    }


def _media(media: MediaTruth) -> dict[str, Any]:
    return {
        str(channel): {
            "media_cost": _round(media.spend.sel(channel=channel).sum(), 2),
            "full_cost": _round(media.full_cost.sel(channel=channel).sum(), 2),
            "scale": _round(media.scale.sel(channel=channel), 4),
            "retention": _round(media.retention.sel(channel=channel)),
            "half_saturation": _round(media.half_saturation.sel(channel=channel)),
            "slope": _round(media.slope.sel(channel=channel)),
        }
        for channel in media.spend["channel"].to_numpy()
    }


def _outcome(outcome: OutcomeTruth, media: MediaTruth) -> dict[str, Any]:
    parts = outcome.contribution.sum("channel") + outcome.baseline.sum("component") + outcome.noise
    kpi = float(parts.sum())
    decimals = 2 if outcome.name == "revenue" else 4
    total = outcome.total
    cost = media.full_cost.sum("period")
    channels = {}
    for channel in total["channel"].to_numpy():
        own = total.sel(channel=channel)
        channels[str(channel)] = {
            "contribution": _round(own, decimals),
            "share_of_kpi": _round(own / kpi),
            "return": _round(own / cost.sel(channel=channel), 8),
            "marginal_return": _round(outcome.marginal.sel(channel=channel), 8),
            "ceiling": _round(outcome.ceiling.sel(channel=channel), decimals),
            "retention": _round(media.retention.sel(channel=channel)),
            "half_saturation": _round(media.half_saturation.sel(channel=channel)),
            "slope": _round(media.slope.sel(channel=channel)),
            "by_period": _series(outcome.contribution.sel(channel=channel), decimals),
        }
        if outcome.name == "revenue":
            value = float(own / cost.sel(channel=channel))
            channels[str(channel)]["romi_on_revenue"] = _round(value - 1.0)
            channels[str(channel)]["romi_on_margin"] = _round(MARGIN_RATE * value - 1.0)
    return {
        "total": _round(kpi, decimals),
        "media_total": _round(total.sum(), decimals),
        "media_share": _round(total.sum() / kpi),
        "noise_share": _round(outcome.noise_share),
        "baseline": {
            str(component): _series(outcome.baseline.sel(component=component), decimals)
            for component in outcome.baseline["component"].to_numpy()
        },
        "noise": _series(outcome.noise, decimals),
        "channels": channels,
    }


def _customers(truth: CustomerTruth) -> dict[str, Any]:
    names = tuple(CustomerTruth.__dataclass_fields__)
    return {
        str(channel): {name: _round(getattr(truth, name).sel(channel=channel)) for name in names}
        for channel in truth.share["channel"].to_numpy()
    }


def _named(values: xr.DataArray, decimals: int) -> dict[str, float]:
    return {
        str(channel): _round(values.sel(channel=channel), decimals)
        for channel in values["channel"].to_numpy()
    }


def _series(values: xr.DataArray, decimals: int) -> list[float]:
    return [_round(value, decimals) for value in values.to_numpy()]


def _round(value: Any, decimals: int = 6) -> float:
    return round(float(value), decimals)


def _fields(record: Any) -> dict[str, str]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
