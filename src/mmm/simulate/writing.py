"""A world on disk: each source file as its tool writes it, and `truth.json` beside them."""

import os
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from mmm.errors import UserInputError
from mmm.simulate.exports import french, write_google_ads, write_meta_ads
from mmm.simulate.records import World
from mmm.simulate.truth_file import write_truth

NO_BREAK_SPACE = "\u00a0"
WRITTEN_ON = datetime(2026, 9, 28)
"""Creation date kept in the Excel file, so that the same world gives the same file."""


def write_world(world: World, folder: Path) -> tuple[Path, ...]:
    """Write every source file of a world and its truth; give their paths.

    Files appear once all of them are written: a full disk leaves the folder as it was.

    Raises
    ------
    UserInputError
        When the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".partial-") as partial:
            _write(world, Path(partial))
            for name in FILES:
                os.replace(Path(partial) / name, folder / name)
    except OSError as error:
        problem = f"{folder}: {error.strerror or error}, expected a folder to write in: choose another one"
        raise UserInputError("sample world", [problem]) from error
    return tuple(folder / name for name in FILES)


def _write(world: World, folder: Path) -> None:
    _write_media(world, folder)
    _write_finance(world, folder)
    _write_operations(world, folder)
    _write_audience(world, folder)
    _write_customers(world, folder)
    write_truth(world, folder / "truth.json")


FILES: tuple[str, ...] = (
    "audience_site.csv",
    "display.csv",
    "email.csv",
    "frais_finance.xlsx",
    "google_ads_campagnes.csv",
    "meta_ads_campagnes.csv",
    "nps.csv",
    "objectifs_ventes.csv",
    "parcours.parquet",
    "plan_budget.csv",
    "prix.csv",
    "radio_affichage.csv",
    "referencement_naturel.csv",
    "transactions.parquet",
    "truth.json",
    "tunnel.csv",
    "tv.csv",
    "ventes.csv",
)
"""Names of the files of a world."""


def _write_media(world: World, folder: Path) -> None:
    write_google_ads(world.media, world.platform_gap, folder / "google_ads_campagnes.csv")
    write_meta_ads(world.media, folder / "meta_ads_campagnes.csv")
    rows = {name: part.sort_values(["date", "campaign"]) for name, part in world.media.groupby("channel")}
    display, email, tv, radio = rows["display"], rows["email"], rows["tv"], rows["radio_ooh"]
    _text(
        {
            "semaine": _day(display["date"], "%d/%m/%Y"),
            "campagne": display["campaign"],
            "depense": _french(display["spend"]),
            "impressions": _whole(display["impressions"]),
            "clics": _whole(display["clicks"]),
        },
        folder / "display.csv",
        separator=";",
    )
    _text(
        {
            "semaine": _day(email["date"]),
            "campagne": email["campaign"],
            "cout": _plain(email["spend"]),
            "envois": _whole(email["impressions"]),
            "ouvertures": _whole(email["opens"]),
            "clics": _whole(email["clicks"]),
        },
        folder / "email.csv",
    )
    _text(
        {
            "semaine": _day(tv["date"], "%d/%m/%Y"),
            "campagne": tv["campaign"],
            "investissement_net": _french(tv["spend"], NO_BREAK_SPACE),
        },
        folder / "tv.csv",
        separator=";",
        encoding="cp1252",
        newline="\r\n",
    )
    _text(
        {
            "semaine": _day(radio["date"]),
            "campagne": radio["campaign"],
            "investissement_net": _plain(radio["spend"]),
        },
        folder / "radio_affichage.csv",
    )


def _write_finance(world: World, folder: Path) -> None:
    _write_fees(world.fees, folder / "frais_finance.xlsx")
    _text(
        {
            "semaine": _day(world.sales["date"]),
            "chiffre_affaires": _french(world.sales["revenue"]),
            "nouveaux_clients": _whole(world.sales["new_customers"]),
        },
        folder / "ventes.csv",
        separator=";",
    )
    _text(
        {"semaine": _day(world.prices["date"]), "indice_prix": _plain(world.prices["price_index"])},
        folder / "prix.csv",
    )
    _text(
        {
            "semaine": _day(world.plan["date"]),
            "canal": world.plan["channel"],
            "budget": _plain(world.plan["spend"]),
        },
        folder / "plan_budget.csv",
    )
    _text(
        {
            "semaine": _day(world.targets["date"]),
            "chiffre_affaires": _plain(world.targets["revenue"]),
            "nouveaux_clients": _whole(world.targets["new_customers"]),
        },
        folder / "objectifs_ventes.csv",
    )


def _write_fees(fees: pd.DataFrame, path: Path) -> None:
    """Write finance's workbook: one sheet, real Excel dates, amounts in euros."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"title": "Frais d'agence et d'outils", "created": WRITTEN_ON})
        sheet = workbook.add_worksheet("Frais")
        bold = workbook.add_format({"bold": True})
        month = workbook.add_format({"num_format": "mm/yyyy"})
        money = workbook.add_format({"num_format": '#,##0.00 "€"'})
        sheet.write_row(0, 0, ["mois", "canal", "type", "montant"], bold)
        rows = zip(fees["date"], fees["channel"], fees["kind"], fees["amount"], strict=True)
        for line, (first_day, channel, kind, amount) in enumerate(rows, start=1):
            sheet.write_datetime(line, 0, first_day.to_pydatetime(), month)
            sheet.write_row(line, 1, [channel, kind])
            sheet.write_number(line, 3, amount, money)
        sheet.set_column(0, 3, 16)
        sheet.freeze_panes(1, 0)


def _write_operations(world: World, folder: Path) -> None:
    funnel = world.funnel
    names = {"visits": "visites", "leads": "leads", "mql": "mql", "sql": "sql", "sales": "ventes"}
    _text(
        {"semaine": _day(funnel["date"]), **{name: _whole(funnel[stage]) for stage, name in names.items()}},
        folder / "tunnel.csv",
    )
    _text({"date": _day(world.nps["date"]), "note": _whole(world.nps["score"])}, folder / "nps.csv")


def _write_audience(world: World, folder: Path) -> None:
    site, search = world.audience, world.organic_search
    _text(
        {
            "semaine": _day(site["date"]),
            "origine": site["origin"],
            "visites": _whole(site["visits"]),
            "visites_engagees": _whole(site["engaged_visits"]),
            "pages_vues": _whole(site["page_views"]),
            "secondes_engagement": _whole(site["engagement_seconds"]),
        },
        folder / "audience_site.csv",
    )
    _text(
        {
            "semaine": _day(search["date"], "%d/%m/%Y"),
            "requetes": search["queries"],
            "impressions": _whole(search["impressions"]),
            "clics": _whole(search["clicks"]),
            "position_moyenne": _french(search["position"]),
        },
        folder / "referencement_naturel.csv",
        separator=";",
    )


def _write_customers(world: World, folder: Path) -> None:
    bought = world.transactions
    _parquet(
        {
            "client": pa.array(bought["customer"].to_list(), pa.string()),
            "date": pa.array(bought["date"].dt.date.to_list(), pa.date32()),
            "montant": pa.array(bought["amount"].to_numpy(), pa.float64()),
            "canal": pa.array(bought["channel"].to_list(), pa.string()),
        },
        folder / "transactions.parquet",
    )
    touches = world.journeys
    _parquet(
        {
            "parcours": pa.array(touches["journey"].to_numpy(), pa.int64()),
            "horodatage": pa.array(touches["date"].to_numpy().astype("datetime64[ms]"), pa.timestamp("ms")),
            "canal": pa.array(touches["channel"].to_list(), pa.string()),
            "campagne": pa.array(touches["campaign"].to_list(), pa.string(), from_pandas=True),
            "conversion": pa.array(touches["converted"].to_numpy(), pa.int64()),
            "valeur": pa.array(touches["value"].to_numpy(), pa.float64()),
        },
        folder / "parcours.parquet",
    )


def _parquet(columns: dict[str, pa.Array], path: Path) -> None:
    pq.write_table(pa.table(columns), path, compression="zstd", compression_level=9)


def _text(
    columns: dict[str, pd.Series],
    path: Path,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    newline: str = "\n",
) -> None:
    rows = zip(*columns.values(), strict=True)
    lines = [separator.join(columns), *(separator.join(row) for row in rows)]
    path.write_bytes((newline.join(lines) + newline).encode(encoding))


def _day(dates: pd.Series, pattern: str = "%Y-%m-%d") -> pd.Series:
    return pd.Series(dates.dt.strftime(pattern))


def _plain(values: pd.Series) -> pd.Series:
    return values.map("{:.2f}".format)


def _french(values: pd.Series, thousands: str = "") -> pd.Series:
    return values.map(lambda value: french(value, thousands=thousands))


def _whole(values: pd.Series) -> pd.Series:
    return values.map("{:.0f}".format)
