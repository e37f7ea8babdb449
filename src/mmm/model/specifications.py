"""Which specifications an analysis averages."""

from dataclasses import replace

from mmm.model.spec import ModelSpec, spec_from_params
from mmm.params import RunParams
from mmm.transforms import Adstock, Saturation

FAMILIES: tuple[tuple[Adstock, Saturation], ...] = (
    ("geometric", "hill"),
    ("weibull_density", "hill"),
    ("weibull_density", "power"),
)
"""Carry-over and saturation of the channels of which the params say nothing, by specification."""


def specifications(params: RunParams, outcome: str) -> tuple[ModelSpec, ...]:
    """Give the specifications of one outcome: several to average, or the single one of the params.

    Another likelihood than the Normal takes the single one: several would take minutes.
    """
    declared = spec_from_params(params, outcome)
    alone = params.model.specifications == "single" or declared.likelihood != "normal"
    return (declared,) if alone else averaged(declared)


def averaged(spec: ModelSpec) -> tuple[ModelSpec, ...]:
    """Give `spec` with each of the families that are averaged by default.

    Draws are as many as for one alone: with half of them chains often miss the gate by a hair.
    """
    return tuple(replace(spec, adstock=adstock, saturation=saturation) for adstock, saturation in FAMILIES)
