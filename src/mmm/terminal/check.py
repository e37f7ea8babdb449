"""`mmm check`: how each source was read, what is wrong, what to do."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from mmm.params import read_params

if TYPE_CHECKING:
    import pandas as pd

    from mmm.sources import SourceTable

_SHOWN = 40


def show_check(params_file: Path, as_of: date, fix_plan_file: Path | None) -> None:
    """Check an analysis and print every problem; fatal ones end with exit code 2."""
    from mmm.quality import check_sources, fix_plan, gate  # noqa: PLC0415
    from mmm.sources import read_sources  # noqa: PLC0415
    from mmm.steering import refuse_wrong_references  # noqa: PLC0415

    console = Console()
    params = read_params(params_file)
    refuse_wrong_references(params)
    sources = read_sources(params)
    _print_sources(console, sources)
    findings = check_sources(params, sources, as_of)
    _print_findings(console, findings)
    if fix_plan_file is not None:
        fix_plan(findings).to_csv(fix_plan_file, index=False)
        console.print(f"What to correct, and where: {fix_plan_file}")
    gate(findings)
    if params.allocation is not None:
        from mmm.allocation import check_budget  # noqa: PLC0415
        from mmm.panel import build_panel, build_plan  # noqa: PLC0415

        panel = build_panel(params, sources)
        check_budget(params, panel, build_plan(params, sources, panel))
    console.print("No fatal finding: the analysis can run.")


def _print_sources(console: Console, sources: "dict[str, SourceTable]") -> None:
    table = Table(title="Sources", title_justify="left")
    table.add_column("source", no_wrap=True)
    table.add_column("content")
    table.add_column("rows", justify="right")
    table.add_column("read as")
    for name, source in sources.items():
        table.add_row(name, source.content, f"{source.n_rows:,}", source.dialect)
    console.print(table)


def _print_findings(console: Console, findings: "pd.DataFrame") -> None:
    if findings.empty:
        console.print("No finding.")
        return
    import pandas as pd  # noqa: PLC0415

    counts = findings["severity"].value_counts()
    console.print("Findings: " + ", ".join(f"{count} {severity}" for severity, count in counts.items()))
    for finding in findings.head(_SHOWN).to_dict("records"):
        line = "" if pd.isna(finding["row"]) else f", line {finding['row']}"
        where = f"{finding['severity']}: {finding['source']}{line}"
        words = f"  {where}: {finding['message']}\n      {finding['action']}"
        console.print(words, highlight=False, soft_wrap=True, markup=False)
    if len(findings) > _SHOWN:
        console.print(f"  and {len(findings) - _SHOWN} more; --fix-plan FILE writes them all")
