"""`Run`: what a notebook holds. It reads what earlier stages wrote and writes what later ones read."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmm.errors import UserInputError
from mmm.params import RunParams, read_params
from mmm.records import TABLES, Verdict
from mmm.runs.context import Context, draft_context, read_context
from mmm.runs.decisions import decisions_table, previous_alerts
from mmm.runs.layout import DRAFT, latest_run
from mmm.runs.verdict import VERDICTS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from mmm.inference import Fit
    from mmm.sources import SourceTable


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run folder, open. In a draft, what is missing is read from the published run."""

    params: RunParams
    folder: Path
    context: Context

    @property
    def as_of(self) -> date:
        """The only "now" of the computation."""
        return self.context.as_of

    @cached_property
    def sources(self) -> dict[str, "SourceTable"]:
        """The declared sources, read."""
        from mmm.sources import read_sources  # noqa: PLC0415

        return read_sources(self.params)

    def path(self, name: str) -> Path:
        """Give where this run writes a file, its folder made."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def artefacts(self) -> list[str]:
        """The files of this run, notebooks apart."""
        files = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return sorted(str(path) for path in files if path.parts[0] != "notebooks")

    def find(self, name: str) -> Path | None:
        """Give where a file of this run is; for a draft, else that of the published run."""
        own = self.folder / name
        if own.exists():
            return own
        if self.folder.name != DRAFT:
            return None
        published = latest_run(self.folder.parent)
        return published / name if published and (published / name).exists() else None

    def existing(self, name: str) -> Path:
        """Give where a file is, or say which notebook writes it."""
        path = self.find(name)
        if path is None:
            raise UserInputError(
                str(self.folder), [f"{name} is missing: run the earlier notebooks, or `mmm run` once"]
            )
        return path

    def write_tables(self, tables: Mapping[str, "pd.DataFrame"]) -> None:
        """Write tables as CSV and Parquet, after a check of their columns."""
        for name, table in tables.items():
            columns = tuple(table.columns)
            if name not in TABLES or columns != TABLES[name]:
                raise ValueError(f"table {name} has columns {columns}, its contract is {TABLES.get(name)}")
            table.to_csv(self.path(f"tables/{name}.csv"), index=False)
            table.to_parquet(self.path(f"tables/{name}.parquet"), index=False)

    def table(self, name: str) -> "pd.DataFrame":
        """Read a table that this run, or the run that a draft continues, wrote."""
        import pandas as pd  # noqa: PLC0415

        return pd.read_parquet(self.existing(f"tables/{name}.parquet"))

    def tables(self) -> dict[str, "pd.DataFrame"]:
        """Read every table there is."""
        return {name: self.table(name) for name in TABLES if self.find(f"tables/{name}.parquet")}

    def write_panel(self, panel: "xr.Dataset", plan: "xr.Dataset | None") -> None:
        """Keep the panel, and the plan where there is one."""
        panel.to_netcdf(self.path("panel.nc"), engine="h5netcdf")
        if plan is not None:
            plan.to_netcdf(self.path("plan.nc"), engine="h5netcdf")

    @cached_property
    def panel(self) -> "xr.Dataset":
        """Outcomes, spend, costs and controls by geo and period."""
        return _dataset(self.existing("panel.nc"))

    @cached_property
    def plan(self) -> "xr.Dataset | None":
        """The same for the periods planned ahead; None without a plan."""
        path = self.find("plan.nc")
        return _dataset(path) if path else None

    def write_fits(self, fits: Mapping[str, "Fit"]) -> None:
        """Keep one posterior per outcome."""
        from mmm.inference import save_fit  # noqa: PLC0415

        for outcome, fit in fits.items():
            save_fit(fit, self.path(f"posterior_{outcome}.nc"))

    @cached_property
    def fits(self) -> dict[str, "Fit"]:
        """The posterior of each outcome."""
        from mmm.inference import load_fit  # noqa: PLC0415

        return {name: load_fit(self.existing(f"posterior_{name}.nc")) for name in self.params.outcomes}

    def write_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Keep the answers to "may we decide on this?"."""
        text = json.dumps([asdict(verdict) for verdict in verdicts], indent=1, ensure_ascii=False)
        self.path(VERDICTS).write_text(text + "\n", encoding="utf-8")

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """The verdicts as written: subject, level, reasons."""
        found: list[dict[str, Any]] = json.loads(self.existing(VERDICTS).read_text(encoding="utf-8"))
        return found

    @property
    def decisions(self) -> "pd.DataFrame":
        """The decisions recorded for this analysis so far."""
        return decisions_table(self.folder.parent.parent, self.params.analysis)

    @property
    def previous_alerts(self) -> "pd.DataFrame | None":
        """The alerts of the published run, with the state that people gave them since."""
        folder = self.folder.parent
        return previous_alerts(folder.parent, self.params.analysis, latest_run(folder))

    def keep_references(self) -> None:
        """Copy the KPI reference and the action plan into the run: readers see those that were used."""
        steering = self.params.steering
        named = {"kpis": steering.kpis, "actions": steering.actions} if steering else {}
        for name, relative in named.items():
            if relative is not None:
                file = self.params.beside(relative)
                shutil.copyfile(file, self.path(f"{name}{file.suffix.lower()}"))


def open_run(params_file: str | Path, run_folder: str | Path) -> Run:
    """Open the run that a notebook works in; an empty `run_folder` is the draft of the analysis.

    From here on tables show their sentences whole: what to do is of no use cut at fifty characters.
    """
    import pandas as pd  # noqa: PLC0415

    pd.set_option("display.max_colwidth", None)
    params = read_params(params_file)
    if run_folder:
        folder = Path(run_folder).resolve()
        return Run(params=params, folder=folder, context=read_context(folder))
    folder = params.file.parent.parent / "reports" / params.analysis / DRAFT
    folder.mkdir(parents=True, exist_ok=True)
    return Run(params=params, folder=folder, context=draft_context(folder))


def _dataset(path: Path) -> "xr.Dataset":
    import xarray as xr  # noqa: PLC0415

    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        return dataset.load()
