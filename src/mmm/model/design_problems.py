"""What makes data unfit for a model, said all at once."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from mmm.errors import UserInputError, listed
from mmm.model.geo_problems import geo_problems
from mmm.model.panel_values import labels, outcome_values, panel_values
from mmm.model.spec import ModelSpec

MIN_PERIODS = 8


def refuse_problems(panel: xr.Dataset, spec: ModelSpec) -> None:
    """Raise one `UserInputError` with everything that keeps `spec` from being fitted on `panel`."""
    problems = [*_unknown_names(panel, spec)]
    if not problems:
        problems = [
            *_not_numbers(panel, spec),
            *_outcome_problems(panel, spec),
            *_count_problems(panel, spec),
            *_media_problems(panel),
            *_control_problems(panel, spec),
            *_size_problems(panel),
            *geo_problems(panel, spec.outcome),
        ]
    if problems:
        raise UserInputError(f"model of {spec.outcome}", problems)


def _unknown_names(panel: xr.Dataset, spec: ModelSpec) -> Iterator[str]:
    outcomes = labels(panel, "outcome")
    if spec.outcome not in outcomes:
        yield f"outcome {spec.outcome}: not in the panel, which has {listed(outcomes)}: correct the name"
    known = labels(panel, "control")
    for name in spec.controls:
        if name not in known:
            has = listed(known) if known else "none"
            yield f"control {name}: not in the panel, which has {has}: add its source or remove it"
    for name in spec.log_controls:
        if name not in spec.controls:
            yield f"log control {name}: not one of the controls: add it to them or remove it"


def _not_numbers(panel: xr.Dataset, spec: ModelSpec) -> Iterator[str]:
    checked = {f"outcome {spec.outcome}": outcome_values(panel, spec.outcome)}
    for channel in labels(panel, "channel"):
        checked[f"channel {channel}, spend"] = panel["spend"].sel(channel=channel)
        checked[f"channel {channel}, full cost"] = panel["full_cost"].sel(channel=channel)
    controls = panel_values(panel, "control")
    if controls is not None:
        checked |= {f"control {name}": controls.sel(control=name) for name in spec.controls}
    for where, values in checked.items():
        by_period = values.transpose("period", ...).to_numpy().astype(float)
        finite = np.isfinite(by_period.reshape(len(by_period), -1)).all(axis=1)
        if not finite.all():
            found = listed(np.datetime_as_string(panel["period"].to_numpy()[~finite], "D"))
            yield f"{where}: not a finite number in {found}, expected one per period: complete its source"


def _outcome_problems(panel: xr.Dataset, spec: ModelSpec) -> Iterator[str]:
    kpi = outcome_values(panel, spec.outcome).to_numpy().astype(float)
    if not np.isfinite(kpi).all():
        return
    if kpi.mean() <= 0:
        yield (
            f"outcome {spec.outcome}: its mean is {kpi.mean():,.6g}, expected more than 0: "
            "check the column and its sign"
        )
    elif np.ptp(kpi) == 0:
        yield (
            f"outcome {spec.outcome}: {kpi[0]:,.6g} in every period, expected values that move: "
            "check the column"
        )


def _count_problems(panel: xr.Dataset, spec: ModelSpec) -> Iterator[str]:
    if spec.likelihood != "negative_binomial":
        return
    kpi = panel_values(panel, "outcome")
    if kpi is None:
        return
    values = kpi.sel(outcome=spec.outcome).to_numpy().astype(float)
    wrong = values[np.isfinite(values) & ((values < 0) | (values != np.round(values)))]
    if wrong.size:
        found = listed([f"{value:,.2f}" for value in wrong], limit=3)
        yield (
            f"outcome {spec.outcome}: {found} with likelihood negative_binomial, expected whole numbers of "
            "at least 0: count units, or choose normal or student_t"
        )


def _media_problems(panel: xr.Dataset) -> Iterator[str]:
    for name in labels(panel, "channel"):
        spend = panel["spend"].sel(channel=name).to_numpy().astype(float)
        if not np.isfinite(spend).all():
            continue
        if (spend < 0).any():
            yield (
                f"channel {name}: spend as low as {spend.min():,.2f}, expected 0 or more: "
                "correct the credit notes in its source"
            )
        elif not (spend > 0).any():
            yield f"channel {name}: no spend in any period, expected some: remove it or check its source"
        elif float(panel["full_cost"].sel(channel=name).sum()) <= 0:
            yield f"channel {name}: full cost is 0 or less, expected more than 0: check its fees"


def _control_problems(panel: xr.Dataset, spec: ModelSpec) -> Iterator[str]:
    values = panel_values(panel, "control")
    if values is None:
        return
    for name in spec.log_controls:
        least = float(values.sel(control=name).min())
        if least <= 0:
            yield (
                f"control {name}: as low as {least:,.6g}, expected more than 0 for a logarithm: "
                "take it out of log_controls or check its source"
            )


def _size_problems(panel: xr.Dataset) -> Iterator[str]:
    periods, channels = panel.sizes["period"], panel.sizes["channel"]
    needed = max(MIN_PERIODS, channels)
    if periods < needed:
        yield (
            f"{periods} periods for {channels} channels, expected at least {needed}: "
            "take a longer history or group channels"
        )
