"""The sheets of the workbook, one function each."""

from typing import TYPE_CHECKING, Any

from mmm.reporting.workbook_book import FIRST_ROW, Book, pair
from mmm.reporting.workbook_grid import Column, Placed, balanced, both, cents, write_grid
from mmm.texts import LANGUAGES, say

if TYPE_CHECKING:
    import pandas as pd

DEFINITIONS = (
    "recommended", "current", "lower", "full_cost", "contribution", "profit", "gain", "p_gain",
    "extrapolates", "bound", "regret", "equal", "proportional", "no_regret", "marginal_return", "price",
    "evppi", "evsi", "romi",
)  # fmt: skip
"""Terms that the last sheet defines; `equal`, `proportional` and `no_regret` are names of plans."""


def plan_sheet(book: Book, gain: float) -> Placed:
    """Write every channel's amounts, with fees, limits and the chance that each move pays.

    The channels' gains are rounded so that they add up to `gain`, the plan's.
    """
    moves = book.long("allocation")
    gains = balanced([row["gain_mean"] for row in moves], gain)
    columns = [
        Column(key="channel", kind="text"),
        Column(key="current", is_summed=True),
        Column(key="recommended", is_summed=True),
        _difference("recommended", "current"),
        Column(
            key="change",
            kind="share",
            formula='=IF({current}=0,"",{recommended}/{current}-1)',
            compute=lambda row: row["recommended"] / row["current"] - 1 if row["current"] else float("nan"),
        ),
        Column(key="lower"),
        Column(key="upper"),
        Column(key="fee_rate", kind="share"),
        _with_fees("cost_current", "current"),
        _with_fees("cost_recommended", "recommended"),
        Column(key="gain_mean", term="gain", is_summed=True),
        Column(key="gain_p05", term="gain", suffix="low"),
        Column(key="gain_p95", term="gain", suffix="high"),
        Column(key="p_gain", kind="share"),
        Column(key="extrapolates", kind="flag"),
    ]
    rows = [
        row
        | {
            "channel": book.channel(row["channel"]),
            "fee_rate": book.params.channels[row["channel"]].fee_rate,
            "current": cents(row["current"]),
            "recommended": cents(row["recommended"]),
            "gain_mean": own,
        }
        for row, own in zip(moves, gains, strict=True)
    ]
    return write_grid(book.sheet("plan"), book.formats, FIRST_ROW, columns, rows)


def _difference(after: str, before: str) -> Column:
    return Column(
        key="difference",
        formula=f"={{{after}}}-{{{before}}}",
        compute=lambda row: row[after] - row[before],
        is_summed=True,
    )


def _with_fees(key: str, spend: str) -> Column:
    return Column(
        key=key,
        formula=f"=ROUND({{{spend}}}*(1+{{fee_rate}}),2)",
        compute=lambda row: row[spend] * (1 + row["fee_rate"]),
        is_summed=True,
    )


def matrix_sheet(book: Book) -> None:
    """Write the matrix, then its totals by level and by objective."""
    sheet = book.sheet("matrix")
    columns = [
        Column(key="level", kind="text"),
        Column(key="objective", kind="text"),
        Column(key="channel", kind="text"),
        Column(key="before", is_summed=True),
        Column(key="after", is_summed=True),
        _difference("after", "before"),
        Column(key="people_days", kind="ratio", is_summed=True),
        Column(key="tools", is_summed=True),
    ]
    rows = [
        row
        | {
            "people_days": cents(row.get("people_days", 0.0)),
            "tools": cents(row.get("tools", 0.0)),
            "level": both(f"workbook.level.{row['level']}", " / "),
            "objective": both(f"workbook.objective.{row['objective']}", " / "),
            "channel": book.channel(row["channel"]),
            "before": cents(row["before"]),
            "after": cents(row["after"]),
        }
        for row in book.long("matrix")
    ]
    placed = write_grid(sheet, book.formats, FIRST_ROW, columns, rows)
    below = placed.last_row + 4
    for key in ("level", "objective"):
        below = _by(book, sheet, below, placed, (key, rows)) + 2


def _by(book: Book, sheet: Any, top: int, placed: Placed, groups: tuple[str, list[dict[str, Any]]]) -> int:
    """Write totals by level or objective as formulas over the matrix; give the last row."""
    (key, listed), formats = groups, book.formats
    sheet.write_string(top, 0, both(f"workbook.by_{key}", " / "), formats["heading"])
    for name in dict.fromkeys(row[key] for row in listed):
        top += 1
        members = [row for row in listed if row[key] == name]
        sheet.write_string(top, 0, name, formats["text"])
        for k, column in ((3, "before"), (4, "after")):
            formula = f"=SUMIF({placed.span(key)},$A{top + 1},{placed.span(column)})"
            sheet.write_formula(top, k, formula, formats["money"], cents(sum(row[column] for row in members)))
        moved = cents(sum(row["after"] - row["before"] for row in members))
        sheet.write_formula(top, 5, f"=E{top + 1}-D{top + 1}", formats["money"], moved)
    return top


def _wide(book: Book, table: str) -> list[dict[str, Any]]:
    """Give one row per subject of a long table: `gain`, `gain_low`, `gain_high` and so on."""
    found: dict[str, dict[str, Any]] = {}
    for row in book.long(table):
        wide = found.setdefault(str(row["subject"]), {"subject": str(row["subject"])})
        for name, end in (("value", ""), ("lower", "_low"), ("upper", "_high")):
            wide[f"{row['quantity']}{end}"] = row[name]
    return list(found.values())


def _spread(key: str, kind: Any = "money") -> list[Column]:
    return [
        Column(key=key, kind=kind),
        Column(key=f"{key}_low", term=key, suffix="low", kind=kind),
        Column(key=f"{key}_high", term=key, suffix="high", kind=kind),
    ]


def frontier_sheet(book: Book) -> None:
    """Write what the best plan brings at each budget."""
    columns = [
        Column(key="change", term="budget_change", kind="share"),
        Column(key="budget"),
        Column(key="feasible", kind="flag"),
        *_spread("profit"),
        *_spread("gain"),
        Column(key="p_gain", kind="share"),
        *_spread("marginal_return", "ratio"),
    ]
    unknown = {column.key: float("nan") for column in columns}
    rows = [unknown | row | {"change": float(row["subject"])} for row in _wide(book, "frontier")]
    write_grid(book.sheet("frontier"), book.formats, FIRST_ROW, columns, rows)


def plans_sheet(book: Book) -> None:
    """Write the recommended plan beside the others, with their regret."""
    columns = [
        Column(key="subject", term="plan_name", kind="text"),
        Column(key="spend"),
        Column(key="full_cost"),
        *_spread("profit"),
        *_spread("gain"),
        Column(key="p_gain", kind="share"),
        *_spread("regret"),
    ]
    rows = [row | {"subject": both(f"workbook.plan.{row['subject']}", " / ")} for row in _wide(book, "plans")]
    write_grid(book.sheet("plans"), book.formats, FIRST_ROW, columns, rows)


def limits_sheet(book: Book) -> None:
    """Write what one more unit of money on each limit would bring."""
    columns = [
        Column(key="quantity", term="limit", kind="text"),
        Column(key="subject", kind="text"),
        Column(key="value", term="price"),
        Column(key="lower", term="price", suffix="low"),
        Column(key="upper", term="price", suffix="high"),
    ]
    rows = [
        row
        | {
            "quantity": both(f"workbook.limit.{row['quantity']}", " / "),
            "subject": book.channel(row["subject"]),
        }
        for row in book.long("shadow_prices")
    ]
    write_grid(book.sheet("limits"), book.formats, FIRST_ROW, columns, rows)


def tests_sheet(book: Book) -> None:
    """Write what testing each channel would be worth, net of its cost as a formula."""
    columns = [
        Column(key="rank", kind="ratio"),
        Column(key="test", kind="text"),
        Column(key="channel", kind="text"),
        Column(key="periods", kind="ratio"),
        Column(key="standard_error", kind="ratio"),
        Column(key="evppi"),
        Column(key="evsi"),
        Column(key="cost"),
        Column(
            key="net",
            formula='=IF({cost}="","",{evsi}-{cost})',
            compute=lambda row: row["evsi"] - row["cost"],
        ),
        Column(key="worth_it", kind="flag"),
    ]
    rows = [
        row | {"test": book.channel(row["test"]), "channel": book.channel(row["channel"])}
        for row in book.long("value_of_information")
    ]
    write_grid(book.sheet("tests"), book.formats, FIRST_ROW, columns, rows)


def schedule_sheet(book: Book) -> None:
    """Write when money is spent, by channel and period; totals are those of the plan."""
    columns = [
        Column(key="channel", kind="text"),
        Column(key="period", kind="text"),
        Column(key="current", is_summed=True),
        Column(key="recommended", is_summed=True),
        _difference("recommended", "current"),
    ]
    rows = [
        row
        | {
            "channel": book.channel(row["channel"]),
            "current": cents(row["current"]),
            "recommended": cents(row["recommended"]),
        }
        for row in book.long("schedule")
    ]
    write_grid(book.sheet("schedule"), book.formats, FIRST_ROW, columns, rows)


def channels_sheet(book: Book) -> None:
    """Write what channels brought over the data, one block per outcome so that costs add up once."""
    sheet, top = book.sheet("channels"), FIRST_ROW
    returns = [
        Column(key=f"{name}_{stat}", term=name, suffix=suffix, kind="ratio")
        for name in ("return", "romi", "mromi")
        for stat, suffix in (("mean", ""), ("p05", "low"), ("p95", "high"))
    ]
    columns = [
        Column(key="outcome", kind="text"),
        Column(key="channel", kind="text"),
        Column(key="media_cost", is_summed=True),
        Column(key="full_cost", is_summed=True),
        Column(key="share_of_kpi", kind="share"),
        *returns,
        Column(key="verdict", kind="text"),
    ]
    table = book.tables["channel_summary"]
    national = table[(table["geo"] == "all") & table["channel"].isin(list(book.params.channels))]
    for outcome, rows in national.groupby("outcome", sort=False):
        label = book.params.outcomes[str(outcome)].label
        named = [
            row
            | {
                "outcome": pair(label.fr, label.en),
                "channel": book.channel(row["channel"]),
                "verdict": both(f"verdict.{row['verdict']}", " / "),
            }
            for row in _records(rows)
        ]
        top = write_grid(sheet, book.formats, top, columns, named).last_row + 4


def definitions_sheet(book: Book) -> None:
    """Write every definition in both languages."""
    sheet, formats = book.sheet("definitions"), book.formats
    for k, language in enumerate(LANGUAGES):
        sheet.write_string(FIRST_ROW, 2 * k, say("workbook.term.figure", language), formats["heading"])
        sheet.write_string(
            FIRST_ROW, 2 * k + 1, say("workbook.term.definition", language), formats["heading"]
        )
        sheet.set_column(2 * k, 2 * k, 28)
        sheet.set_column(2 * k + 1, 2 * k + 1, 60)
    for offset, term in enumerate(DEFINITIONS, start=1):
        group = "plan" if term in {"equal", "proportional", "no_regret"} else "term"
        for k, language in enumerate(LANGUAGES):
            row = FIRST_ROW + offset
            sheet.write_string(row, 2 * k, say(f"workbook.{group}.{term}", language), formats["wrapped"])
            sheet.write_string(
                row, 2 * k + 1, say(f"workbook.definition.{term}", language), formats["wrapped"]
            )


def _records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    return table.to_dict("records")  # type: ignore[return-value]
