"""Names that one section takes from another: each must exist.

Works on the raw values, so that a file with a misspelt key still gets every
one of its other problems reported. Whatever has the wrong shape is left to the schema.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from mmm.params.belief_problems import belief_problems
from mmm.params.schema_problems import nearest
from mmm.params.yaml_file import Location

Problem = tuple[Location, str]
Values = Mapping[str, Any]


def reference_problems(values: Values) -> Iterator[Problem]:
    """Give the place and the sentence of every name or date that does not hold together."""
    for rule in (
        _sources,
        _geos,
        _outcomes,
        _model,
        _customers,
        _attribution,
        _allocation,
        _calendar,
        _naming,
    ):
        yield from rule(values)


def _section(values: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return dict(values) if isinstance(values, Mapping) else {}


def _unknown(name: Any, kind: str, known: Mapping[str, Any], place: Location) -> Iterator[Problem]:
    if isinstance(name, str) and name not in known:
        yield place, f"{name} is not a declared {kind}, {nearest(name, list(known))}"


def _sources(values: Values) -> Iterator[Problem]:
    channels = _section(values, "channels")
    for name, source in _section(values, "sources").items():
        place: Location = ("sources", name)
        fields = _section(source)
        yield from _one_location(fields, place)
        yield from _unknown(fields.get("channel"), "channel", channels, (*place, "channel"))
        for channel in _section(fields, "channel_columns"):
            yield from _unknown(channel, "channel", channels, (*place, "channel_columns", channel))
        for pattern, channel in _section(fields, "campaigns").items():
            yield from _unknown(channel, "channel", channels, (*place, "campaigns", pattern))


def _geos(values: Values) -> Iterator[Problem]:
    geos = _section(values, "geos")
    if len(geos) == 1:
        yield ("geos",), "found 1 geo, expected several, or none for one market"
    named = [name for name, source in _section(values, "sources").items() if _names_geos(source)]
    if not geos:
        for name in named:
            yield (
                ("sources", name, "columns", "geo"),
                "found a column of geos, but no geo is declared: add `geos:` with their population",
            )
        return
    for name, outcome in _section(values, "outcomes").items():
        source = _section(outcome).get("source")
        if source in _section(values, "sources") and source not in named:
            yield (
                ("outcomes", name, "source"),
                f"{source} has no column of geos: add `geo: COLUMN` to its columns",
            )


def _names_geos(source: Any) -> bool:
    return "geo" in _section(source, "columns")


def _one_location(fields: Values, place: Location) -> Iterator[Problem]:
    if ("path" in fields) == ("database" in fields):
        found = "both path and database" if "path" in fields else "neither path nor database"
        yield place, f"found {found}, expected one of them"
    if "database" not in fields:
        return
    if "table" not in fields:
        yield place, "found a database without a table, expected `table: NAME`"
    password = urlsplit(str(fields["database"])).password
    if password and not re.fullmatch(r"\$\{\w+\}", password):
        yield (
            (*place, "database"),
            "found a password in the URL, expected ${NAME}: put the password in environment variable NAME",
        )


def _outcomes(values: Values) -> Iterator[Problem]:
    sources = _section(values, "sources")
    for name, outcome in _section(values, "outcomes").items():
        source = _section(outcome).get("source")
        yield from _unknown(source, "source", sources, ("outcomes", name, "source"))
        content = _section(sources, str(source)).get("content")
        if content is not None and content != "outcome":
            yield (
                ("outcomes", name, "source"),
                f"{source} holds {content}, expected a source of content outcome",
            )


def _model(values: Values) -> Iterator[Problem]:
    columns = [
        column
        for source in _section(values, "sources").values()
        if _section(source).get("content") == "control"
        for column in _section(source, "columns")
        if column != "date"
    ]
    controls = _section(values, "model").get("controls")
    for index, control in enumerate(controls if isinstance(controls, tuple) else ()):
        yield from _unknown(
            control, "column of a control source", dict.fromkeys(columns), ("model", "controls", index)
        )
    logged = _section(values, "model").get("log_controls")
    for index, control in enumerate(logged if isinstance(logged, tuple) else ()):
        named = dict.fromkeys(controls if isinstance(controls, tuple) else ())
        yield from _unknown(control, "control of the model", named, ("model", "log_controls", index))
    yield from belief_problems(values)
    for name, events in _section(values, "model", "events").items():
        for index, event in enumerate(events if isinstance(events, tuple) else ()):
            yield from _ordered(event, ("model", "events", name, index))


def _ordered(period: Any, place: Location) -> Iterator[Problem]:
    fields = _section(period)
    start, end = fields.get("start"), fields.get("end")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        yield place, f"ends on {end}, before it starts on {start}"


def _calendar(values: Values) -> Iterator[Problem]:
    yield from _ordered(values.get("calendar"), ("calendar",))


def _of_content(values: Values, content: str) -> dict[str, Any]:
    sources = _section(values, "sources")
    return {name: source for name, source in sources.items() if _section(source).get("content") == content}


_RENEWING = ("sbg", "bdw")
"""Models of customers with a contract."""


def _customers(values: Values) -> Iterator[Problem]:
    fields = _section(values, "customers")
    known = _of_content(values, "transactions") | _of_content(values, "contracts")
    yield from _unknown(
        fields.get("source"), "source of transactions or contracts", known, ("customers", "source")
    )
    content = _section(known.get(str(fields.get("source")))).get("content")
    asked = fields.get("model", "best")
    if content is not None and asked != "best" and (asked in _RENEWING) != (content == "contracts"):
        fits = _RENEWING if content == "contracts" else ("bg_nbd", "mbg_nbd", "pareto_nbd", "gompertz_nbd")
        expected = f"expected best, {', '.join(fits[:-1])} or {fits[-1]}"
        yield ("customers", "model"), f"found {asked} for a source of {content}, {expected}"
    yield from _unknown(
        fields.get("new_customers"), "outcome", _section(values, "outcomes"), ("customers", "new_customers")
    )


def _attribution(values: Values) -> Iterator[Problem]:
    fields = _section(values, "attribution")
    yield from _unknown(
        fields.get("source"), "source of journeys", _of_content(values, "journeys"), ("attribution", "source")
    )
    for name, experiment in _section(fields, "experiments").items():
        yield from _experiment(values, experiment, ("attribution", "experiments", name))


def _experiment(values: Values, experiment: Any, place: Location) -> Iterator[Problem]:
    fields, calendar = _section(experiment), _section(values, "calendar")
    channels = _section(values, "channels")
    yield from _unknown(fields.get("channel"), "channel", channels, (*place, "channel"))
    yield from _ordered(experiment, place)
    first, last = calendar.get("start"), calendar.get("end")
    if isinstance(first, date) and isinstance(last, date):
        for key in ("start", "end"):
            day = fields.get(key)
            if isinstance(day, date) and not first <= day <= last:
                yield (*place, key), f"found {day}, expected a day of the calendar, {first} to {last}"
    given = (fields.get(key) for key in ("low", "incremental", "high"))
    numbers = [float(number) for number in given if isinstance(number, int | float)]
    if len(numbers) == 3 and numbers != sorted(numbers):
        spelt = ", ".join(f"{number:,g}" for number in numbers)
        yield place, f"low, incremental and high are {spelt}, expected each at least the one before"


def _allocation(values: Values) -> Iterator[Problem]:
    fields, channels = _section(values, "allocation"), _section(values, "channels")
    place: Location = ("allocation",)
    yield from _unknown(fields.get("outcome"), "outcome", _section(values, "outcomes"), (*place, "outcome"))
    for channel, bounds in _section(fields, "bounds").items():
        yield from _unknown(channel, "channel", channels, (*place, "bounds", channel))
        yield from _crossed(bounds, (*place, "bounds", channel))
    for name, group in _section(fields, "groups").items():
        yield from _crossed(group, (*place, "groups", name))
        members = _section(group).get("channels")
        if members == ():
            yield (*place, "groups", name, "channels"), "found no channel, expected at least one"
        for index, channel in enumerate(members if isinstance(members, tuple) else ()):
            yield from _unknown(channel, "channel", channels, (*place, "groups", name, "channels", index))
    if fields.get("geography") == "chosen" and not _section(values, "geos"):
        yield (
            (*place, "geography"),
            "found `chosen`, but the analysis declares no geos: leave it out, or declare `geos:`",
        )
    yield from _other_limits(fields, channels, place)


def _other_limits(fields: Values, channels: Mapping[str, Any], place: Location) -> Iterator[Problem]:
    for channel in _section(fields, "people"):
        yield from _unknown(channel, "channel", channels, (*place, "people", channel))
    for name, resource in _section(fields, "resources").items():
        for channel in _section(resource, "use"):
            yield from _unknown(channel, "channel", channels, (*place, "resources", name, "use", channel))
    for name, test in _section(fields, "tests").items():
        tested = _section(test).get("channel")
        yield from _unknown(tested, "channel", channels, (*place, "tests", name, "channel"))
    target = fields.get("target")
    if isinstance(target, Mapping):
        given = [key for key in ("volume", "romi", "cac") if target.get(key) is not None]
        if len(given) != 1:
            yield (*place, "target"), f"found {len(given)} targets, expected one of volume, romi, cac"
        if "budget" in fields and fields["budget"] != "plan":
            yield (*place, "budget"), "found a budget beside a target, which sets the budget: leave one out"


def _crossed(limits: Any, place: Location) -> Iterator[Problem]:
    low, high = (_section(limits).get(key) for key in ("minimum", "maximum"))
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        yield place, f"minimum {low:,.0f} is above maximum {high:,.0f}: lower one or raise the other"


def _naming(values: Values) -> Iterator[Problem]:
    fields = _section(values, "naming")
    pattern, example = fields.get("pattern"), fields.get("example")
    if not isinstance(pattern, str):
        return
    matches: Callable[[str], Any]
    try:
        matches = re.compile(pattern).fullmatch
    except re.error as error:
        yield ("naming", "pattern"), f"not a regular expression: {error}"
        return
    if isinstance(example, str) and not matches(example):
        yield ("naming", "example"), f"{example} does not follow the pattern: correct one of the two"


_RULES = (
    _sources,
    _geos,
    _outcomes,
    _model,
    _customers,
    _attribution,
    _allocation,
    _calendar,
    _naming,
)
