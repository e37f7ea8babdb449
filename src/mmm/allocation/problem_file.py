"""A budget question whose curves come from elsewhere: the JSON file, its schema, its problems.

The records below are the schema that docs publish. Building a `FileProblem`
proves that a plan exists, or names every problem with its size.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mmm.allocation.feasibility import GroupLimit, Limits, conflicts
from mmm.errors import InfeasibleBudgetError, UserInputError
from mmm.params.record import Currency
from mmm.params.schema_problems import schema_problems

Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
AboveZero = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Label = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Log(_Part):
    """`scale * ln(1 + x / k)`."""

    kind: Literal["log"]
    scale: NotNegative
    k: AboveZero


class Power(_Part):
    """`scale * x ** exponent`."""

    kind: Literal["power"]
    scale: NotNegative
    exponent: AboveZero


class MichaelisMenten(_Part):
    """`scale * x / (k + x)`."""

    kind: Literal["michaelis_menten"]
    scale: NotNegative
    k: AboveZero


class Exponential(_Part):
    """`scale * (1 - exp(-x / k))`."""

    kind: Literal["exponential"]
    scale: NotNegative
    k: AboveZero


class Hill(_Part):
    """`scale * x ** slope / (k ** slope + x ** slope)`; an S when the slope is above 1."""

    kind: Literal["hill"]
    scale: NotNegative
    k: AboveZero
    slope: AboveZero


class Logistic(_Part):
    """`scale * (1 - exp(-x / k)) / (1 + exp(-x / k))`."""

    kind: Literal["logistic"]
    scale: NotNegative
    k: AboveZero


class Linear(_Part):
    """`scale * x`."""

    kind: Literal["linear"]
    scale: NotNegative


class Table(_Part):
    """Points joined monotonically; flat beyond the last one."""

    kind: Literal["table"]
    points: Annotated[list[Annotated[list[Finite], Field(min_length=2, max_length=2)]], Field(min_length=2)]
    """`[amount, value]` pairs: amounts strictly ascending, values never falling."""
    interpolation: Literal["cubic", "linear"] = "cubic"
    """`cubic`: the monotone cubic through the points, without overshoot; `linear`: straight lines."""


Curve = Log | Power | MichaelisMenten | Exponential | Hill | Logistic | Linear | Table
KINDS = ("log", "power", "michaelis_menten", "exponential", "hill", "logistic", "linear", "table")


class FileChannel(_Part):
    """One channel: its limits and what it brings."""

    name: Label
    lower: NotNegative = 0.0
    """Least amount."""
    upper: NotNegative | None = None
    """Most; the total when left out."""
    current: NotNegative | None = None
    """Amount of today. The answer is never worse than today's plan where that plan is allowed."""
    curve: Annotated[Curve, Field(discriminator="kind")]


class FileGroup(_Part):
    """Limits on what several channels take together."""

    name: Label
    channels: list[Label]
    lower: NotNegative = 0.0
    upper: NotNegative | None = None


class FileProblem(_Part):
    """Share a total out over channels so that they bring most together."""

    currency: Currency = "EUR"
    total: AboveZero | None = None
    """Amount to share out. Without one every channel needs an upper limit or a table."""
    direction: Literal["maximise"] = "maximise"
    spend_all: bool | None = None
    """True (the default with a total): the total is spent in full. False: it is a ceiling."""
    round_to: AboveZero | None = None
    """Amounts are multiples of this; one channel takes the odd remainder of the total."""
    channels: Annotated[list[FileChannel], Field(min_length=1)]
    groups: list[FileGroup] = Field(default_factory=list)

    @property
    def is_spent(self) -> bool:
        """Say whether the total must be spent in full."""
        return self.total is not None and self.spend_all is not False

    @property
    def limits(self) -> Limits:
        """Give every limit as numbers, nothing left out."""
        lower = np.array([channel.lower for channel in self.channels])
        upper = np.array([self._upper(channel) for channel in self.channels])
        ceiling = float(np.maximum(lower, upper).sum()) if self.total is None else self.total
        return Limits(
            channels=tuple(channel.name for channel in self.channels),
            currency=self.currency,
            total=ceiling if ceiling > 0 else 1.0,
            lower=lower,
            upper=upper,
            groups=tuple(
                GroupLimit(
                    name=group.name,
                    channels=tuple(group.channels),
                    minimum=group.lower,
                    maximum=np.inf if group.upper is None else group.upper,
                )
                for group in self.groups
            ),
            is_spent=self.is_spent,
            tolerance=1e-9 * ceiling,
        )

    def _upper(self, channel: FileChannel) -> float:
        if channel.upper is not None:
            return channel.upper
        if self.total is not None:
            return max(self.total, channel.lower)
        return max(channel.lower, channel.curve.points[-1][0]) if isinstance(channel.curve, Table) else np.inf


def read_problem(path: Path) -> FileProblem:
    """Read a problem file.

    Raises
    ------
    UserInputError
        Every problem of the file at once, with its place, what was found and what was expected.
    InfeasibleBudgetError
        The limits conflict; every conflict with its size.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserInputError(str(path), [f"cannot be read: {error.strerror}: check the path"]) from error
    except UnicodeDecodeError as error:
        raise UserInputError(str(path), ["is not UTF-8 text: save it as UTF-8"]) from error
    return parse_problem(text, str(path))


def parse_problem(text: str, source: str) -> FileProblem:
    """Validate the text of a problem file; see `read_problem`."""
    repeated: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        repeated.extend(key for key, n in Counter(key for key, _ in found).items() if n > 1)
        return dict(found)

    try:
        raw = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UserInputError(source, [f"{where}: is not JSON, {error.msg}: correct it there"]) from error
    if repeated:
        raise UserInputError(
            source, [f"{key}: given twice in one place: keep one" for key in dict.fromkeys(repeated)]
        )
    if not isinstance(raw, dict):
        raise UserInputError(source, ["found no object, expected {...} with channels and a total"])
    try:
        problem = FileProblem.model_validate(raw)
    except ValidationError as error:
        raise UserInputError(source, _refused(error, raw)) from error
    wrong = list(_contents(problem))
    if wrong:
        raise UserInputError(source, wrong)
    found = conflicts(problem.limits)
    if found:
        raise InfeasibleBudgetError(source, found)
    return problem


def problem_schema() -> str:
    """Give the JSON schema of a problem file."""
    return json.dumps(FileProblem.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def _refused(error: ValidationError, raw: Mapping[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for place, sentence in schema_problems(error, FileProblem):
        parts = [
            part for k, part in enumerate(place) if not (k and place[k - 1] == "curve" and part in KINDS)
        ]
        found[f"{_where(parts, raw)}: {sentence}"] = None
    return list(found)


def _where(parts: list[int | str], raw: Mapping[str, Any]) -> str:
    """Write a place with the name of its channel or group, `channels[2] (tv).curve.k`."""
    here: Any = raw
    written = ""
    for part in parts:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(part, int):
            name = here.get("name") if isinstance(here, dict) else None
            written += f"[{part}]" + (f" ({name})" if isinstance(name, str) else "")
        else:
            written += f".{part}" if written else str(part)
    return written or "problem"


def _contents(problem: FileProblem) -> Iterator[str]:
    """Give what each value alone does not show: names given twice, tables out of order, no bound at all."""
    for what, names in (
        ("channel", [channel.name for channel in problem.channels]),
        ("group", [group.name for group in problem.groups]),
    ):
        for name, n in Counter(names).items():
            if n > 1:
                yield f"{what} {name}: {n} {what}s have this name, expected one: give each its own"
    for group in problem.groups:
        for name, n in Counter(group.channels).items():
            if n > 1:
                yield f"group {group.name}: {name} is listed {n} times, expected once: keep one"
    for channel in problem.channels:
        if isinstance(channel.curve, Table):
            yield from _table(channel, channel.curve)
        elif problem.total is None and channel.upper is None:
            yield (
                f"{channel.name}: no total, no upper limit, and a {channel.curve.kind} curve that never "
                "flattens, so no plan is the best: give a total or an upper limit"
            )
    if problem.total is None and problem.spend_all:
        yield "spend_all: is true without a total, expected an amount to spend: give a total"


def _table(channel: FileChannel, curve: Table) -> Iterator[str]:
    amounts, values = np.array(curve.points).T
    if (np.diff(amounts) <= 0).any():
        k = int(np.argmax(np.diff(amounts) <= 0))
        yield (
            f"{channel.name}: point {k + 2} of its table has amount {amounts[k + 1]:,g} after "
            f"{amounts[k]:,g}, expected ascending amounts: sort the points and keep each amount once"
        )
    if (np.diff(values) < 0).any():
        k = int(np.argmax(np.diff(values) < 0))
        yield (
            f"{channel.name}: point {k + 2} of its table has value {values[k + 1]:,g} after "
            f"{values[k]:,g}, expected values that never fall: correct the point"
        )
    if amounts[0] > channel.lower:
        yield (
            f"{channel.name}: its table begins at {amounts[0]:,g}, above its lower limit {channel.lower:,g}: "
            f"add a point at or below {channel.lower:,g}, or raise the lower limit"
        )
