"""Words on a command line to one call each; exit codes are the same everywhere.

0 done, 1 a bug, 2 something the user can mend, 3 no convergence, 130 interrupted, 143 stopped.
"""

import logging
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from mmm.errors import MmmError, Terminated, UserInputError

app = typer.Typer(
    name="mmm",
    help="Marketing-mix modelling that reaches the decision.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

INTERRUPTED = 130

ParamsFile = Annotated[Path, typer.Argument(metavar="PARAMS", help="YAML file of the analysis.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day that counts as today.", show_default="today"),
]
Reports = Annotated[Path, typer.Option("--reports", help="Folder of the runs.")]
Lang = Annotated[Literal["fr", "en"], typer.Option("--lang", help="Language: fr or en.")]


def main() -> NoReturn:
    """Run a command and leave with its exit code; people's errors come without a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except MmmError as error:
        print("\n".join([str(error), *getattr(error, "__notes__", [])]), file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as left:
        if left.code == INTERRUPTED:
            print("Interrupted. `mmm run --resume` goes on from the last finished stage.", file=sys.stderr)
        raise
    except Terminated as error:
        print(error, file=sys.stderr)
        sys.exit(143)
    sys.exit(0)


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else date.today()


def _workspace(params_file: Path) -> Path:
    """Give the folder that holds params/, notebooks/ and reports/."""
    return params_file.resolve().parent.parent


@app.command()
def check(
    params_file: Annotated[
        Path,
        typer.Argument(
            metavar="PARAMS", help="YAML file of the analysis; or an export, or a folder of exports."
        ),
    ],
    as_of: AsOf = None,
    fix_plan: Annotated[
        Path | None, typer.Option("--fix-plan", help="Write what to correct, and where, to this CSV file.")
    ] = None,
) -> None:
    """Check params, sources and quality: every problem at once. Given data files, say how each is read."""
    if params_file.exists() and params_file.suffix not in {".yaml", ".yml"}:
        from mmm.terminal.explanations import show_explanations  # noqa: PLC0415

        show_explanations(params_file)
        return
    from mmm.terminal.check import show_check  # noqa: PLC0415

    show_check(params_file, _day(as_of), fix_plan)


@app.command()
def run(
    params_file: ParamsFile,
    only: Annotated[str | None, typer.Option("--only", help="Run one stage into the draft.")] = None,
    from_stage: Annotated[str | None, typer.Option("--from", help="Run again from this stage.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the interrupted run.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Take nothing from the last run.")] = False,
    as_of: AsOf = None,
    checks: Annotated[
        Literal["quick", "full"],
        typer.Option("--checks", help="Backtest from one origin (quick) or four (full)."),
    ] = "quick",
    reports: Annotated[Path | None, typer.Option("--reports", help="Folder of the runs.")] = None,
) -> None:
    """Run every stage into a new run folder and publish it when it is good."""
    from mmm.params import nearest  # noqa: PLC0415
    from mmm.runs import NAMES, Context, RunRequest  # noqa: PLC0415
    from mmm.terminal.run import show_draft_stage, show_run  # noqa: PLC0415

    unknown = [name for name in (only, from_stage) if name is not None and name not in NAMES]
    if unknown:
        problems = [f"{name} is not a stage, {nearest(name, NAMES)}" for name in unknown]
        raise UserInputError("mmm run", problems)
    if only and (from_stage or resume or fresh):
        raise UserInputError(
            "mmm run", ["--only works in the draft: leave out --from, --resume and --fresh beside it"]
        )
    place = _workspace(params_file)
    request = RunRequest(
        params_file=params_file,
        reports=(reports or place / "reports").resolve(),
        notebooks=place / "notebooks",
        context=Context(as_of=_day(as_of), checks=checks),
        resume=resume,
        fresh=fresh,
        from_stage=from_stage,
    )
    if only:
        show_draft_stage(request, only)
    else:
        show_run(request)


@app.command()
def publish(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it away from readers.")] = False,
) -> None:
    """Make a run the one that readers see, or take it away from them."""
    from mmm.terminal.publication import show_publication  # noqa: PLC0415

    show_publication(run_folder, withdraw=withdraw)


@app.command()
def serve(
    lang: Lang = "fr",
    port: Annotated[int, typer.Option("--port", help="Port on this machine.")] = 8866,
    reports: Reports = Path("reports"),
) -> None:
    """Serve the published pages and the budget simulator on this machine."""
    from mmm.dashboards import serve as serve_pages  # noqa: PLC0415

    serve_pages(reports.resolve(), port=port, lang=lang)


@app.command()
def lab(folder: Annotated[Path, typer.Argument(help="Workspace.")] = Path()) -> None:
    """Open JupyterLab on the notebooks; what they write by hand goes to the draft."""
    from mmm.terminal.lab import open_lab  # noqa: PLC0415

    open_lab(folder.resolve())


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    lang: Lang = "en",
) -> None:
    """Make a workspace: commented params, notebooks, folders."""
    from mmm.starter import make_workspace  # noqa: PLC0415

    print("\n".join(make_workspace(folder, lang)))


@app.command()
def allocate(
    problem_file: Annotated[Path, typer.Argument(metavar="PROBLEM", help="Budget question, JSON.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the answer to this file.")] = None,
) -> None:
    """Share out a budget over curves that come from elsewhere, with a certificate."""
    from mmm.terminal.allocate import show_allocation  # noqa: PLC0415

    show_allocation(problem_file, out)


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the sources and their truth.")],
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same world.")] = 1,
) -> None:
    """Write a sample world: sources as the tools write them, and the truth behind them."""
    from mmm.simulate import simulate_world, write_world  # noqa: PLC0415

    write_world(simulate_world(seed), folder)
    print(f"World {seed} is in {folder}; its truth is in {folder / 'truth.json'}.")


@app.command()
def alerts(
    params_file: ParamsFile,
    acknowledge: Annotated[str | None, typer.Option(help="Alert to take in charge.")] = None,
    solve: Annotated[str | None, typer.Option(help="Alert to close.")] = None,
    reopen: Annotated[str | None, typer.Option(help="Alert to open again.")] = None,
    by: Annotated[str, typer.Option(help="Who does it.")] = "",
    note: Annotated[str, typer.Option(help="What was found or done.")] = "",
    every: Annotated[bool, typer.Option("--all", help="List solved alerts too.")] = False,
    as_of: AsOf = None,
) -> None:
    """List the alerts of the published run, or say what was done about one."""
    from mmm.terminal.alerts import AlertWords, show_alerts  # noqa: PLC0415

    changes = {"acknowledged": acknowledge, "solved": solve, "new": reopen}
    words = AlertWords(changes=changes, by=by, note=note, every=every, on=_day(as_of))
    show_alerts(params_file, _workspace(params_file) / "reports", words)


@app.command()
def decide(
    params_file: ParamsFile,
    activity: Annotated[str | None, typer.Option(help="What is decided on, such as a channel.")] = None,
    kind: Annotated[
        Literal["continue", "adjust", "stop", "test"] | None, typer.Option(help="The decision.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Role that answers for it.")] = None,
    review_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day on which it is judged.")
    ] = None,
    why: Annotated[str, typer.Option(help="Reason, and what is expected.")] = "",
    expected_gain: Annotated[float | None, typer.Option(help="Money expected.")] = None,
    search: Annotated[str | None, typer.Option(help="List only decisions that hold this text.")] = None,
    as_of: AsOf = None,
) -> None:
    """Record a decision with its evidence, or list and search those taken."""
    from mmm.terminal.decisions import DecisionWords, show_decisions  # noqa: PLC0415

    words = DecisionWords(
        activity=activity, kind=kind, owner=owner, why=why, expected_gain=expected_gain, search=search,
        review_on=review_on.date() if review_on else None, decided_on=_day(as_of),
    )  # fmt: skip
    show_decisions(params_file, _workspace(params_file) / "reports", words)


if __name__ == "__main__":
    main()
