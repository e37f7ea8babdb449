"""The KPI reference: one YAML file that says what each KPI is, who owns it, and what it triggers.

Shares are 0 to 1. Values of a KPI, its target and its thresholds are in the KPI's unit.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from mmm.errors import UserInputError
from mmm.params import nearest, read_yaml
from mmm.params.record import Name, Section, Text
from mmm.params.schema_problems import schema_problems
from mmm.params.yaml_file import Location, YamlFile
from mmm.steering.formulas import Formula, parse_formula

Unit = Literal["money", "share", "ratio", "count", "score", "position", "seconds", "months"]
Level = Literal["strategic", "tactical", "operational"]
Owner = Literal["management", "finance", "marketing", "sales", "data", "agency"]
LEVELS: tuple[Level, ...] = ("strategic", "tactical", "operational")


class Thresholds(Section):
    """Values beyond which a KPI calls for action."""

    warning: float | None = None
    """Look at it."""
    critical: float | None = None
    """Act now; worse than `warning`."""


class Kpi(Section):
    """One KPI of the reference."""

    label: Text
    """Name shown on pages."""
    definition: Text
    """What it counts, and what it leaves out."""
    formula: str
    """SQL expression over fact columns; over several periods it is evaluated on all of them at once."""
    unit: Unit
    """money: the analysis' currency. share: 0 to 1, shown in per cent. ratio, count, score, position (of
    a search result), seconds, months."""
    direction: Literal["higher", "lower"]
    """Which way is better."""
    level: Level
    """Who looks at it: strategic, tactical, operational."""
    parent: Name | None = None
    """KPI that it serves; none at the top of the pyramid."""
    is_financial: bool = False
    """True for a financial objective: the top that every KPI must lead to."""
    owner: Owner
    """Role that answers for it."""
    source: Text
    """Where the figures come from."""
    target: float | str | None = None
    """Value wanted: a number, or a SQL expression such as sum(revenue_target)."""
    thresholds: Thresholds = Thresholds()
    """Values that trigger the action."""
    money_per_unit: str | None = None
    """SQL expression: money that one unit of this KPI is worth over the period. Ranks the alerts."""
    action: Text
    """What to do when a threshold is passed."""

    @property
    def parsed(self) -> Formula:
        """The formula and its columns."""
        return parse_formula(self.formula)

    def gap(self, value: float, wanted: float) -> float:
        """How far `value` is on the wrong side of `wanted`, in the KPI's unit; negative when better."""
        return wanted - value if self.direction == "higher" else value - wanted


class _File(Section):
    kpis: dict[Name, Kpi] = Field(min_length=1)


class KpiReference(Section):
    """Every KPI of an analysis, in the order of the file."""

    kpis: dict[Name, Kpi]
    file: Path = Path()

    def path(self, name: str) -> tuple[str, ...]:
        """The KPI and those above it, up to the top of the pyramid."""
        steps = [name]
        while (parent := self.kpis[steps[-1]].parent) is not None:
            steps.append(parent)
        return tuple(steps)

    def leads_to_finance(self, name: str) -> bool:
        """Whether the KPI, or one above it, is a financial objective."""
        return any(self.kpis[step].is_financial for step in self.path(name))


def read_kpi_reference(path: Path | str) -> KpiReference:
    """Read and validate a KPI reference.

    Raises
    ------
    UserInputError
        Every problem at once: line, key, what was found, what was expected, nearest names.
    """
    file = read_yaml(Path(path))
    problems: dict[tuple[Location, str], None] = {}
    content = None
    try:
        content = _File.model_validate(file.values)
    except ValidationError as error:
        problems.update(dict.fromkeys(schema_problems(error, _File)))
    problems.update(dict.fromkeys(_names_and_formulas(file)))
    if problems or content is None:
        raise UserInputError(str(path), located(file, problems))
    return KpiReference(kpis=content.kpis, file=file.path.resolve())


def located(file: YamlFile, problems: Iterable[tuple[Location, str]]) -> list[str]:
    """Give problems of a YAML file with their line and key, in the order of the file."""
    ordered = sorted(problems, key=lambda problem: file.line_of(problem[0]))
    return [
        f"line {file.line_of(place)}, {'.'.join(str(part) for part in place)}: {sentence}"
        for place, sentence in ordered
    ]


def _names_and_formulas(file: YamlFile) -> Iterator[tuple[Location, str]]:
    """Work on raw values, so that a file with a misspelt key gets its other problems too."""
    raw = file.values.get("kpis")
    kpis = (
        {name: fields for name, fields in raw.items() if isinstance(fields, dict)}
        if isinstance(raw, dict)
        else {}
    )
    for name, fields in kpis.items():
        parent = fields.get("parent")
        if isinstance(parent, str) and parent not in kpis:
            yield (
                ("kpis", name, "parent"),
                f"{parent} is not a KPI of this file, {nearest(parent, list(kpis))}",
            )
        for key in ("formula", "money_per_unit", "target"):
            text = fields.get(key)
            if isinstance(text, str):
                yield from _refused(text, ("kpis", name, key))
        yield from _order_of_thresholds(name, fields)
    yield from _circles({name: fields.get("parent") for name, fields in kpis.items()})


def _refused(text: str, place: Location) -> Iterator[tuple[Location, str]]:
    try:
        parse_formula(text)
    except ValueError as error:
        yield place, f"{error}"


def _circles(parents: dict[str, object]) -> Iterator[tuple[Location, str]]:
    for name, parent in parents.items():
        seen, here = [name], parent
        while isinstance(here, str) and here in parents and here not in seen:
            seen.append(here)
            here = parents[here]
        if here == name:
            circle = " > ".join([*seen, name])
            yield (
                ("kpis", name, "parent"),
                f"goes round in a circle ({circle}), expected a top: remove one parent",
            )


def _order_of_thresholds(name: str, fields: dict[str, Any]) -> Iterator[tuple[Location, str]]:
    limits, direction = fields.get("thresholds"), fields.get("direction")
    if direction not in {"higher", "lower"}:
        return
    declared = {"target": fields.get("target"), **(limits if isinstance(limits, dict) else {})}
    steps = [
        (word, float(value))
        for word in ("target", "warning", "critical")
        if isinstance(value := declared.get(word), int | float)
    ]
    for (better, best), (worse, worst) in pairwise(steps):
        if (worst > best) if direction == "higher" else (worst < best):
            yield (
                ("kpis", name, "thresholds"),
                f"{worse} {worst:g} is better than {better} {best:g} where {direction} is better: "
                "swap them or correct direction",
            )
