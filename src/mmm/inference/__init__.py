"""The model of `mmm.model`, compiled, fitted and kept on disk.

Names are looked up when they are used: whoever reads a fit does not pay for the sampler.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.inference.figures import convergence_table
    from mmm.inference.fitting import fit, fit_design, fit_once
    from mmm.inference.gate import convergence_problems, require_convergence
    from mmm.inference.joining import join
    from mmm.inference.records import AVERAGE, Fit, Member, engines
    from mmm.inference.storage import load_fit, save_fit

__all__ = [
    "AVERAGE",
    "Fit",
    "Member",
    "convergence_problems",
    "convergence_table",
    "engines",
    "fit",
    "fit_design",
    "fit_once",
    "join",
    "load_fit",
    "require_convergence",
    "save_fit",
]

__getattr__ = exporter(
    __name__,
    {
        "AVERAGE": "records",
        "Fit": "records",
        "Member": "records",
        "convergence_problems": "gate",
        "convergence_table": "figures",
        "engines": "records",
        "fit": "fitting",
        "fit_design": "fitting",
        "fit_once": "fitting",
        "join": "joining",
        "load_fit": "storage",
        "require_convergence": "gate",
        "save_fit": "storage",
    },
)
