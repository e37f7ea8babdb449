"""Any compiled log-density in, draws and convergence figures out; knows no model."""

from mmm.sampling.convergence import GATE, Gate, e_bfmi, ess_bulk, ess_tail, r_hat
from mmm.sampling.nuts import (
    CompiledDensity,
    Draws,
    Progress,
    SamplerSettings,
    available_threads,
    sample_density,
)

__all__ = [
    "GATE",
    "CompiledDensity",
    "Draws",
    "Gate",
    "Progress",
    "SamplerSettings",
    "available_threads",
    "e_bfmi",
    "ess_bulk",
    "ess_tail",
    "r_hat",
    "sample_density",
]
