"""The action plan (QQOQCCP): the record of an action, and how a plan is read from YAML."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from mmm.errors import UserInputError
from mmm.params import nearest, read_yaml
from mmm.params.record import Money, Name, Section, Text
from mmm.params.schema_problems import schema_problems
from mmm.params.yaml_file import Location
from mmm.steering.action_targets import WrongTargetError, read_target
from mmm.steering.reference import KpiReference, Owner, located

SHEETS = (".xlsx", ".xlsm")
"""Endings of the plans that are read as workbooks."""


class Action(Section):
    """One action: who, what, where, when, how, how much, why."""

    activity: Text
    """What is done."""
    objective: Text
    """What for."""
    kpi: Name
    """KPI of the reference that judges it."""
    target: float
    """Value of the KPI that makes it a success, in the KPI's unit; `> 25 %` or `< 3 EUR` are read too."""
    owner: Owner
    """Who answers for it."""
    start: date
    """First day."""
    due: date
    """Day on which it is judged."""
    where: Text
    """Channel, market or place."""
    how: Text
    """Means."""
    budget: Money = 0.0
    """Money it takes, in the analysis' currency."""
    why: Text
    """Reason, in business terms."""


class _File(Section):
    actions: dict[Name, Action] = Field(min_length=1)


def read_action_plan(
    path: Path | str, reference: KpiReference, currency: str | None = None
) -> dict[str, Action]:
    """Read and validate an action plan: YAML, or a workbook in the general or the digital layout.

    Parameters
    ----------
    currency : str, optional
        Currency of the analysis: a target in another one is refused.

    Raises
    ------
    UserInputError
        Every problem at once: where, what was found, what was expected, nearest names.
    """
    if Path(path).suffix.lower() in SHEETS:
        from mmm.steering.action_sheets import read_action_sheets  # noqa: PLC0415 - openpyxl

        return read_action_sheets(Path(path), reference, currency)
    return _read_yaml(Path(path), reference, currency)


def _read_yaml(path: Path, reference: KpiReference, currency: str | None) -> dict[str, Action]:
    file = read_yaml(path)
    found = file.values
    problems: dict[tuple[Location, str], None] = {}
    plan: dict[str, Action] = {}
    raw = found.get("actions")
    fields_of = {
        str(name): fields
        for name, fields in (raw.items() if isinstance(raw, dict) else ())
        if isinstance(fields, dict)
    }
    for name, fields in fields_of.items():
        problems.update(dict.fromkeys(_problems(name, fields, reference, currency)))
    try:
        plan = _File.model_validate(found).actions
    except ValidationError as error:
        problems.update(dict.fromkeys(schema_problems(error, _File)))
    if problems:
        raise UserInputError(str(path), located(file, problems))
    return plan


def _problems(
    name: str, fields: dict[str, Any], reference: KpiReference, currency: str | None
) -> Iterator[tuple[Location, str]]:
    """Give what the schema cannot see; a target that is read replaces its text in `fields`."""
    kpi, start, due = (fields.get(key) for key in ("kpi", "start", "due"))
    if isinstance(kpi, str) and kpi not in reference.kpis:
        hint = nearest(kpi, list(reference.kpis))
        yield ("actions", name, "kpi"), f"{kpi} is not in {reference.file.name}, {hint}"
    if "target" in fields:
        known = reference.kpis.get(kpi) if isinstance(kpi, str) else None
        try:
            if known is not None:
                fields["target"] = read_target(fields["target"], known, currency)
        except WrongTargetError as error:
            fields["target"] = 0.0
            yield ("actions", name, "target"), str(error)
    if isinstance(start, date) and isinstance(due, date) and due < start:
        yield ("actions", name, "due"), f"due on {due}, before it starts on {start}"
