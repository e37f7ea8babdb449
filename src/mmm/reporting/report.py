"""`Report`: what a finished run says, read once, and how its words and figures are written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from mmm.errors import UserInputError
from mmm.records import TABLES
from mmm.texts import Language, day, keys, money, number, percent, say


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """One finished run in one language: its manifest, its tables, its KPI reference.

    Two reports are equal when they are the same object: what is written from one can be kept.
    """

    folder: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    kpis: Mapping[str, Mapping[str, Any]]
    """KPI: label, definition, formula, unit, as the reference declares them."""
    actions: Mapping[str, Mapping[str, Any]]
    """Action: its words in both languages, as the plan declares them."""
    language: Language
    has_simulator: bool = False

    @property
    def currency(self) -> str:
        """Currency of every amount."""
        return str(self.manifest.get("currency", "EUR"))

    def table(self, name: str) -> pd.DataFrame:
        """Give a table of the run; one without rows when the run has none."""
        return self.tables.get(name, pd.DataFrame(columns=list(TABLES[name])))

    def say(self, key: str, **figures: Any) -> str:
        """Write the sentence of `key` in the reader's language."""
        return say(key, self.language, self.currency, **figures)

    def knows(self, key: str) -> bool:
        """Tell whether a sentence exists."""
        return key in keys(self.language)

    def said(self, key: str, otherwise: str) -> str:
        """Write the sentence of `key`, or other words when there is none."""
        return self.say(key) if self.knows(key) else otherwise

    def text(self, words: Mapping[str, str] | str | None, otherwise: str = "") -> str:
        """Choose the reader's language in words declared in both."""
        if isinstance(words, Mapping):
            return str(words.get(self.language, otherwise))
        return otherwise if words is None else str(words)

    def channel(self, name: str) -> str:
        """Name a channel as the reader knows it."""
        if name == "all":
            return self.say("shared.all_channels")
        return self.text(self.manifest.get("labels", {}).get("channels", {}).get(name), name)

    def geo(self, name: str) -> str:
        """Name a geo as the reader knows it."""
        return self.text(self.manifest.get("labels", {}).get("geos", {}).get(name), name)

    def outcome(self, name: str) -> str:
        """Name an outcome as the reader knows it."""
        return self.text(self.manifest.get("labels", {}).get("outcomes", {}).get(name), name)

    def component(self, name: str) -> str:
        """Name a channel or a part of the baseline."""
        return self.said(f"component.{name}", self.channel(name))

    def money(self, value: float, *, digits: int | None = None, sign: bool = False) -> str:
        """Write an amount."""
        return money(float(value), self.language, self.currency, digits, sign=sign)

    def number(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """Write a number."""
        return number(float(value), self.language, digits, sign=sign)

    def percent(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """Write a share in per cent."""
        return percent(float(value), self.language, digits, sign=sign)

    def day(self, value: Any) -> str:
        """Write a date; an unknown one is a dash."""
        moment = as_date(value)
        return "–" if moment is None else day(moment, self.language)


def as_date(value: Any) -> date | None:
    """Read a date from a timestamp, a date or ISO text; None when there is none."""
    if value is None or (isinstance(value, float) and not isfinite(value)) or value is pd.NaT or value == "":
        return None
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table as dictionaries by column; an unknown value that is no number is None."""
    rows = table.itertuples(index=False, name=None)
    plain = ([None if value is pd.NA or value is pd.NaT else value for value in row] for row in rows)
    return [dict(zip(table.columns, row, strict=True)) for row in plain]


@lru_cache(maxsize=8)
def in_language(report: Report, language: Language) -> Report:
    """Give the same report for a reader of another language."""
    return report if report.language == language else replace(report, language=language)


def read_report(run_folder: str | Path, language: Language = "fr") -> Report:
    """Read a finished run; `run_folder` may be its folder or the `latest` file beside it.

    Raises
    ------
    UserInputError
        The folder is not that of a run, or its manifest cannot be read.
    """
    folder = _folder(Path(run_folder))
    files = [
        folder / name for name in ("manifest.json", "tables", "kpis.yaml", "actions.yaml", "params.yaml")
    ]
    stamps = tuple(file.stat().st_mtime_ns for file in files if file.exists())
    report = _read(folder, (*stamps, (folder / "simulator.npz").is_file()))
    return in_language(report, language)


@lru_cache(maxsize=4)
def _read(folder: Path, _stamps: tuple[tuple[str, int], ...]) -> Report:
    """Read a run once: six pages and two reports are written from it."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        problem = f"manifest.json: {error}, expected the manifest of a run: give the folder of a finished run"
        raise UserInputError(str(folder), [problem]) from None
    tables = {
        name: pd.read_parquet(path)
        for name in TABLES
        if (path := folder / "tables" / f"{name}.parquet").is_file()
    }
    declared = _yaml(folder / "params.yaml")
    objectives = ((declared.get("steering") or {}).get("objectives") or {}).items()
    outcomes = (declared.get("outcomes") or {}).items()
    margins = {name: (item or {}).get("margin_rate") for name, item in outcomes}
    labels = {
        **manifest.get("labels", {}),
        "objectives": {name: item.get("label") for name, item in objectives},
    }
    return Report(
        folder=folder,
        manifest={**manifest, "labels": labels, "margins": margins},
        tables={name: table for name, table in tables.items() if len(table)},
        kpis=_yaml(folder / "kpis.yaml").get("kpis", {}),
        actions=_yaml(folder / "actions.yaml").get("actions", {}),
        language="fr",
        has_simulator=(folder / "simulator.npz").is_file(),
    )


def _folder(path: Path) -> Path:
    return path.parent / path.read_text("utf-8").strip() if path.is_file() else path


def _yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    return dict(YAML(typ="safe", pure=True).load(path.read_text("utf-8")) or {})
