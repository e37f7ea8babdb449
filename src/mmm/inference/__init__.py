"""The model of `mmm.model`, compiled, fitted and kept on disk."""

from mmm.inference.fitting import fit
from mmm.inference.gate import convergence_problems, convergence_table, require_convergence
from mmm.inference.outcomes import fit_outcomes
from mmm.inference.records import Fit
from mmm.inference.storage import load_fit, save_fit

__all__ = [
    "Fit",
    "convergence_problems",
    "convergence_table",
    "fit",
    "fit_outcomes",
    "load_fit",
    "require_convergence",
    "save_fit",
]
