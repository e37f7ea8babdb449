"""Any compiled log-density in, draws and convergence figures out; knows no model.

Names are looked up when they are used: whoever reads convergence figures does not pay for numba.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.sampling.convergence import GATE, Gate, Mixing, e_bfmi, ess_bulk, ess_tail, mixing, r_hat
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
    "Mixing",
    "Progress",
    "SamplerSettings",
    "available_threads",
    "e_bfmi",
    "ess_bulk",
    "ess_tail",
    "mixing",
    "r_hat",
    "sample_density",
]

__getattr__ = exporter(
    __name__,
    {
        **dict.fromkeys(
            ("GATE", "Gate", "Mixing", "e_bfmi", "ess_bulk", "ess_tail", "mixing", "r_hat"), "convergence"
        ),
        **dict.fromkeys(("CompiledDensity", "Draws", "Progress", "SamplerSettings"), "nuts"),
        **dict.fromkeys(("available_threads", "sample_density"), "nuts"),
    },
)
