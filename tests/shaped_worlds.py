"""Worlds of the family whose response is a straight line, an S, or delayed: none is geometric with Hill near 1."""

from unittest.mock import patch

import numpy as np

import world_family
from world_family import FamilyWorld, FloatArray, family_world

SHAPES = ("linear", "s_shaped", "delayed")


def shaped_world(shape: str, seed: int) -> FamilyWorld:
    """Draw a world of the family, every channel of it with the shape named."""

    def response(rng: np.random.Generator, spend: FloatArray, carry: str, curve: str) -> FloatArray:
        return _response(rng, spend, shape)

    with patch.object(world_family, "_response", response):
        return family_world(seed)


def _response(rng: np.random.Generator, spend: FloatArray, shape: str) -> FloatArray:
    lag, retention = np.arange(60.0), rng.uniform(0.1, 0.7)
    weights = retention**lag
    if shape == "delayed":
        weights = rng.uniform(0.4, 0.8) ** ((lag - rng.uniform(1.5, 3.5)) ** 2)
    pressure = np.convolve(spend / spend[spend > 0].mean(), weights / weights.sum())[: len(spend)]
    if shape == "linear":
        return pressure
    if shape == "s_shaped":
        slope, half = rng.uniform(2, 3.5), rng.uniform(0.8, 1.5)
        return pressure**slope / (pressure**slope + half**slope)
    half = np.exp(rng.normal(np.log(1.5), 0.5))
    return pressure / (pressure + half)
