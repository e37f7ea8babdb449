"""Which specifications an analysis averages."""

from dataclasses import replace
from typing import Literal

from mmm.model.spec import ModelSpec, spec_from_params
from mmm.params import RunParams

FAMILIES: tuple[tuple[Literal["geometric"], Literal["hill"]], ...] = (("geometric", "hill"),)
"""Carry-over and saturation of the channels of which the params say nothing, by specification."""


def specifications(params: RunParams, outcome: str) -> tuple[ModelSpec, ...]:
    """Give the specifications of one outcome: several to average, or the single one of the params."""
    declared = spec_from_params(params, outcome)
    return (declared,) if params.model.specifications == "single" else averaged(declared)


def averaged(spec: ModelSpec) -> tuple[ModelSpec, ...]:
    """Give `spec` with each of the families that are averaged by default."""
    return tuple(replace(spec, adstock=adstock, saturation=saturation) for adstock, saturation in FAMILIES)
