"""The stages of a run: one notebook each, what each needs and what each must leave behind."""

from dataclasses import dataclass
from pathlib import Path

from mmm.params import RunParams
from mmm.records import VerdictLevel
from mmm.runs.verdict import run_verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the job."""

    name: str
    notebook: str
    writes: tuple[str, ...]
    """Files that must exist when the notebook has ended; `{outcome}` stands for each outcome."""
    imports_late: tuple[str, ...] = ()
    """Modules that take time to import and that its functions import only when they are called; kernels,
    on a machine that never ran them, take time to compile."""

    def expected(self, params: RunParams) -> tuple[str, ...]:
        """Name the files that this stage must leave for these params."""
        return tuple(
            path.format(outcome=outcome)
            for path in self.writes
            for outcome in (params.outcomes if "{outcome}" in path else ("",))
        )


_READING = ("ibis", "ibis.backends.sql.compilers", "openpyxl")
STAGES = (
    Stage(name="data", notebook="10_data.ipynb", writes=("panel.nc", "tables/findings.parquet")),
    Stage(
        name="model",
        notebook="20_model.ipynb",
        writes=("posterior_{outcome}.nc", "verdicts.json"),
        imports_late=(
            "mmm.inference.kernels.density",
            "mmm.inference.fitting",
            "mmm.sampling.nuts",
            "scipy.stats",
        ),
    ),
    Stage(
        name="effects",
        notebook="30_effects.ipynb",
        writes=("tables/channel_summary.parquet",),
        imports_late=("mmm.sampling.convergence",),
    ),
    Stage(
        name="customers",
        notebook="40_customers.ipynb",
        writes=("notebooks/40_customers.ipynb",),
        imports_late=(*_READING, "mmm.customers.kernels"),
    ),
    Stage(name="allocation", notebook="50_allocation.ipynb", writes=("allocation.xlsx", "simulator.npz")),
    Stage(
        name="steering",
        notebook="60_steering.ipynb",
        writes=("tables/kpis.parquet", "kpis.yaml"),
        imports_late=(*_READING, "mmm.registry.ledger", "scipy.stats"),
    ),
    Stage(name="publish", notebook="70_publish.ipynb", writes=("report_fr.html", "report_en.html")),
)
NAMES = tuple(stage.name for stage in STAGES)


def reason_to_skip(stage: Stage, params: RunParams, folder: Path) -> str | None:
    """Say why a stage has nothing to do for this analysis, or None when it has."""
    if stage.name == "customers" and params.customers is None and params.attribution is None:
        return "no customers or attribution section in the params"
    if stage.name == "steering" and params.steering is None:
        return "no steering section in the params"
    if stage.name == "allocation":
        if params.allocation is None:
            return "no allocation section in the params"
        if run_verdict(folder)["level"] == VerdictLevel.NOT_USABLE:
            return "the verdict is `not usable`: no recommendation is made"
    return None
