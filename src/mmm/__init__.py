"""Marketing-mix modelling that reaches the decision.

Names are looked up when they are used: `import mmm` costs nothing.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.diagnostics import average
    from mmm.inference import fit
    from mmm.params import read_params
    from mmm.runs import open_run

__all__ = ["average", "fit", "open_run", "read_params"]

__getattr__ = exporter(
    __name__, {"average": "diagnostics", "fit": "inference", "open_run": "runs", "read_params": "params"}
)
