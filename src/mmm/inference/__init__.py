"""The model of `mmm.model`, compiled, fitted and kept on disk.

Names are looked up when they are used: whoever reads a fit does not pay for the sampler.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.inference.fitting import fit, fit_design
    from mmm.inference.gate import convergence_problems, convergence_table, require_convergence
    from mmm.inference.outcomes import fit_outcomes
    from mmm.inference.records import Fit
    from mmm.inference.storage import load_fit, save_fit

__all__ = [
    "Fit",
    "convergence_problems",
    "convergence_table",
    "fit",
    "fit_design",
    "fit_outcomes",
    "load_fit",
    "require_convergence",
    "save_fit",
]

__getattr__ = exporter(
    __name__,
    {
        "Fit": "records",
        "convergence_problems": "gate",
        "convergence_table": "gate",
        "fit": "fitting",
        "fit_design": "fitting",
        "fit_outcomes": "outcomes",
        "load_fit": "storage",
        "require_convergence": "gate",
        "save_fit": "storage",
    },
)
