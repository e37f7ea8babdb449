"""A finished run folder with hand-made, plausible figures: what the pages are tested on without a fit."""

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from geometric_carry_over import geometric_carry_over
from mmm.allocation.response import ResponseDraws
from mmm.allocation.simulator import save_simulator
from mmm.records import TABLES
from mmm.transforms.families import HILL

RUN_ID = "20261005-001"
CHANNELS = {
    "search_brand": ("Search marque", "Brand search", 412_000, 1.9, 0.35, 0.3),
    "search_generic": ("Search générique", "Generic search", 655_000, 0.62, 0.28, 0.12),
    "paid_social": ("Social payant", "Paid social", 841_000, -0.12, 0.30, 0.18),
    "display": ("Display", "Display", 398_000, -0.38, 0.27, -0.41),
    "online_video": ("Vidéo en ligne", "Online video", 512_000, 0.21, 0.45, 0.35),
    "tv": ("Télévision", "TV", 1_620_000, 0.34, 0.40, 0.05),
    "radio_ooh": ("Radio et affichage", "Radio and out-of-home", 534_000, -0.05, 0.50, -0.1),
    "email": ("E-mail", "E-mail", 61_000, 4.1, 1.9, 3.2),
}
WEEKS = pd.date_range("2023-10-02", periods=156, freq="W-MON")
FUTURE = pd.date_range("2026-09-28", periods=13, freq="W-MON")
MARGIN = 0.42


def build_sample_run(
    reports: Path,
    *,
    analysis: str = "demo",
    run_id: str = RUN_ID,
    without: Collection[str] = (),
    channel_label: str | None = None,
    level: str = "with_caution",
) -> Path:
    """Write a run folder and its `latest`; give the folder."""
    folder = reports / analysis / run_id
    (folder / "tables").mkdir(parents=True)
    for name, table in _tables().items():
        if name not in without:
            assert list(table.columns) == list(TABLES[name]), name
            table.to_parquet(folder / "tables" / f"{name}.parquet")
    labels = {name: {"fr": fr, "en": en} for name, (fr, en, *_) in CHANNELS.items()}
    if channel_label is not None:
        labels["display"] = {"fr": channel_label, "en": channel_label}
    _write_manifest(folder, analysis, run_id, labels, level)
    if "simulator" not in without:
        _write_simulator(folder, labels)
    if "kpis" not in without:
        _write_kpi_reference(folder)
    (reports / analysis / "latest").write_text(f"{run_id}\n")
    return folder


def _write_manifest(folder: Path, analysis: str, run_id: str, labels: dict, level: str) -> None:
    reasons = [
        {"key": "forecast_closer", "figures": {"n_periods": 13, "skill": 0.21}},
        {"key": "channels_prior_driven", "figures": {"share": 0.012, "channels": "email"}},
    ]
    manifest = {
        "analysis": analysis,
        "run_id": run_id,
        "title": {"fr": "Maison & Jardin, France", "en": "Home & Garden, France"},
        "market": "France",
        "country": "FR",
        "currency": "EUR",
        "vat": "excluded",
        "language": "fr",
        "as_of": "2026-10-05",
        "period_start": "2023-10-02",
        "period_end": "2026-09-27",
        "status": "ok",
        "verdict": {"subject": "run", "level": level, "reasons": reasons},
        "verdicts": [
            {"subject": "run", "level": level, "reasons": reasons},
            {"subject": "revenue", "level": "usable", "reasons": []},
            {
                "subject": "revenue/email",
                "level": "with_caution",
                "reasons": [{"key": "prior_driven", "figures": {"overlap": 0.88}}],
            },
        ],
        "labels": {
            "channels": labels,
            "geos": {"west": {"fr": "Ouest", "en": "West"}, "east": {"fr": "Est", "en": "East"}},
            "outcomes": {
                "revenue": {"fr": "Chiffre d'affaires", "en": "Revenue"},
                "new_customers": {"fr": "Nouveaux clients", "en": "New customers"},
            },
        },
        "versions": {"mmm": "0.1.0"},
        "next_run": "2027-01-04",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1))


def _frame(name: str, rows: list) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(TABLES[name]))


def _tables() -> dict[str, pd.DataFrame]:
    return {**_results(), **_decisions(), **_customers(), **_steering(), **_health()}


def _results() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(7)
    week = np.arange(156)
    season = 1 + 0.13 * np.sin(2 * np.pi * (week - 8) / 52.18) + 0.22 * np.exp(-(((week % 52) - 8) ** 2) / 6)
    revenue = 880_000 * season * (1 + 0.0011 * week) + rng.normal(0, 26_000, 156)
    mean = 880_000 * season * (1 + 0.0011 * week)
    return {
        "channel_summary": _channel_summary(float(revenue.sum())),
        "contributions": _contributions(mean),
        "fit": _frame(
            "fit", [_predictive(t, a, m, 26_000) for t, a, m in zip(WEEKS, revenue, mean, strict=True)]
        ),
        "forecast": _frame(
            "forecast",
            [
                _predictive(t, float("nan"), m * 1.14, 34_000)
                for t, m in zip(FUTURE, mean[104:117], strict=True)
            ],
        ),
        "response_curves": _curves(),
        "waterfall": _waterfall(),
    }


def _predictive(period: pd.Timestamp, actual: float, mean: float, sd: float) -> tuple:
    steps = (-1.96, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.96)
    return ("revenue", "all", period, actual, mean, *(mean + step * sd for step in steps))


def _channel_summary(revenue: float) -> pd.DataFrame:
    rows = []
    for outcome, value in (("revenue", 1.0), ("new_customers", 1 / 78)):
        for channel, (_, _, media, romi, sd, mromi) in CHANNELS.items():
            rows.append(_summary_row(outcome, channel, 3 * media, romi, sd, mromi, value, revenue))
        total = 3 * sum(figures[2] for figures in CHANNELS.values())
        rows.append(_summary_row(outcome, "all", total, 0.24, 0.16, 0.02, value, revenue))
    return _frame("channel_summary", rows)


def _summary_row(
    outcome: str,
    channel: str,
    media: float,
    romi: float,
    sd: float,
    mromi: float,
    value: float,
    revenue: float,
) -> tuple:
    full = media * 1.09
    z = (0.0, -1.645, 0.0, 1.645)
    returns = [max(0.02, (1 + romi + step * sd)) * value for step in z]
    contribution = [r * full for r in returns]
    marginal = [1 + mromi + step * sd * 0.8 - 1 for step in z]
    cost = [1 / returns[0], 1 / returns[3], 1 / returns[1]]
    level = "with_caution" if channel == "email" else "usable"
    prior = 0.88 if channel == "email" else 0.35
    group = "search" if channel.startswith("search") else ""
    romis = [r - 1 for r in returns]
    share = contribution[0] / (revenue * value)
    return (outcome, "all", channel, media, full, *contribution, share, *returns, *romis, *marginal, *cost, prior,
            group, level)  # fmt: skip


def _contributions(mean: np.ndarray) -> pd.DataFrame:
    rows = []
    weights = {name: figures[2] * (1 + figures[3]) for name, figures in CHANNELS.items()}
    total = sum(weights.values())
    for i, period in enumerate(WEEKS):
        media = 0.2 * mean[i]
        for j, (name, weight) in enumerate(weights.items()):
            value = media * weight / total * (1 + 0.3 * np.sin(i / 9 + j))
            rows.append(("revenue", "all", period, name, value, value * 0.7, value, value * 1.3))
        for name, value in {
            "level": 0.66 * 880_000,
            "trend": 880_000 * 0.0009 * i,
            "season": 0.1 * 880_000 * np.sin(2 * np.pi * (i - 8) / 52.18),
            "holidays": 9_000.0 * (i % 26 == 11),
            "events": 60_000.0 * (i % 26 in (14, 15, 16)),
            "controls": -20_000 * np.sin(i / 30),
        }.items():
            rows.append(("revenue", "all", period, name, value, value - 9_000, value, value + 9_000))
    return _frame("contributions", rows)


def _curves() -> pd.DataFrame:
    rows = []
    for name, (_, _, media, romi, *_) in CHANNELS.items():
        weekly = media / 52
        half, top = weekly * 1.4, weekly * 2.4 * (1 + romi) * 1.09
        for spend in np.linspace(0, 2 * weekly, 41):
            value = top * spend / (spend + half)
            rows.append(("revenue", "all", name, spend, value, value * 0.65, value * 1.4,
                         top * half / (spend + half) ** 2))  # fmt: skip
    return _frame("response_curves", rows)


def _waterfall() -> pd.DataFrame:
    window = (pd.Timestamp("2024-09-30"), pd.Timestamp("2025-09-29"))
    before, after = 48.6e6, 52.3e6
    deltas = {
        "search_brand": 210e3, "search_generic": 340e3, "paid_social": -120e3, "display": -90e3,
        "online_video": 260e3, "tv": 520e3, "radio_ooh": 40e3, "email": 30e3, "level": 0.0, "trend": 2_700e3,
        "season": 110e3, "holidays": -40e3, "events": 160e3, "controls": -480e3,
    }  # fmt: skip
    deltas["unexplained"] = after - before - sum(deltas.values())
    rows = [
        ("revenue", *window, name, v, v - 0.35 * abs(v) - 4e4, v + 0.35 * abs(v) + 4e4)
        for name, v in deltas.items()
    ]
    first, last = (
        ("revenue", *window, name, total, total, total)
        for name, total in (("before", before), ("after", after))
    )
    return _frame("waterfall", [first, *rows, last])


def _decisions() -> dict[str, pd.DataFrame]:
    moves = {
        "search_brand": (0.18, 34e3, 0.86), "search_generic": (0.3, 61e3, 0.91), "paid_social": (-0.22, 38e3, 0.74),
        "display": (-0.3, 74e3, 0.95), "online_video": (0.3, 55e3, 0.79), "tv": (0.0, 0.0, 0.5),
        "radio_ooh": (-0.12, 9e3, 0.58), "email": (0.3, 12e3, 0.9),
    }  # fmt: skip
    rows = []
    for name, (share, gain, probability) in moves.items():
        current = CHANNELS[name][2] / 4
        delta = share * current
        rows.append(("all", name, "2026-09-28/2026-12-27", current, current + delta, 0.7 * current, 1.3 * current,
                     delta, gain, gain - 55e3, gain + 62e3, probability, name == "email"))  # fmt: skip
    frontier = []
    for i, change in enumerate((-0.2, -0.1, 0.0, 0.1, 0.2)):
        gain = (-160e3, -20e3, 283e3, 330e3, 345e3)[i]
        frontier += [("gain", f"{change:+.1f}", gain, gain - 190e3, gain + 210e3),
                     ("budget", f"{change:+.1f}", 1_258e3 * (1 + change), np.nan, np.nan),
                     ("p_gain", f"{change:+.1f}", (0.1, 0.45, 0.93, 0.95, 0.96)[i], np.nan, np.nan),
            ("marginal_return", f"{change:+.1f}", 1.5 - 1.1 * i / 4, 1.1 - 1.1 * i / 4, 2 - 1.1 * i / 4)]  # fmt: skip
    summary = [
        ("budget", "current", 1_258e3, np.nan, np.nan),
        ("budget", "recommended", 1_258e3, np.nan, np.nan),
        ("gain", "plan", 283e3, 41e3, 520e3),
        ("p_gain", "plan", 0.93, np.nan, np.nan),
        ("moved", "plan", 148e3, np.nan, np.nan),
        ("gap", "plan", 620.0, np.nan, np.nan),
        ("geography_gain", "plan", 21e3, 4e3, 39e3),
        ("p_geography_gain", "plan", 0.97, np.nan, np.nan),
    ]
    plans = []
    for name, gain, chance, regret in (
        ("recommended", 283e3, 0.93, 52e3), ("current", 0.0, np.nan, 335e3), ("no_regret", 214e3, 0.97, 121e3),
        ("equal", -310e3, 0.08, 645e3), ("proportional", 160e3, 0.81, 175e3),
    ):  # fmt: skip
        plans += [("gain", name, gain, gain - 190e3, gain + 210e3), ("p_gain", name, chance, np.nan, np.nan),
                  ("regret", name, regret, 0.2 * regret, 2.5 * regret)]  # fmt: skip
    optimum = [
        ("all", row[1], row[3], row[4], 0.8 * row[3], 1.05 * row[4], 1.25 * row[3],
         0.9 if row[7] > 0 else 0.2, 0.1 if row[7] > 0 else 0.7)
        for row in rows
    ]  # fmt: skip
    by_geo = [
        (geo, *row[1:3], *(share * figure for figure in row[3:5]), *(share * figure for figure in row[5:7]),
         share * row[7], share * 3e3, -share * 2e3, share * 9e3, 0.8, False)
        for row in rows if row[1] != "tv"
        for geo, share in (("west", 0.6), ("east", 0.4))
    ]  # fmt: skip
    matrix = [
        (level, objective, name, CHANNELS[name][2] / 4, CHANNELS[name][2] / 4 * (1 + moves[name][0]),
         CHANNELS[name][2] / 4 * moves[name][0])
        for name, level, objective in (
            ("search_brand", "operational", "acquisition"), ("search_generic", "operational", "acquisition"),
            ("paid_social", "tactical", "acquisition"), ("display", "tactical", "acquisition"),
            ("online_video", "tactical", "brand"), ("tv", "strategic", "brand"),
            ("radio_ooh", "strategic", "brand"), ("email", "operational", "retention"))
    ]  # fmt: skip
    return {
        "allocation": _frame("allocation", rows),
        "allocation_summary": _frame("allocation_summary", summary),
        "plans": _frame("plans", plans),
        "optimum": _frame("optimum", optimum),
        "allocation_by_geo": _frame("allocation_by_geo", by_geo),
        "frontier": _frame("frontier", frontier),
        "matrix": _frame("matrix", [(*row, 0.0, 3_000.0) for row in matrix]),
    }


def _customers() -> dict[str, pd.DataFrame]:
    rows, credits, together = [], [], []
    for i, name in enumerate(CHANNELS):
        cac = (38, 52, 71, 96, 66, 83, 88, 21)[i]
        ltv = (212, 198, 171, 165, 190, 222, 205, 240)[i]
        probability = (0.99, 0.9, 0.12, 0.02, 0.42, 0.31, 0.2, 0.99)[i]
        rows.append(("all", name, 1800 - 190 * i, ltv, ltv * 0.93, ltv * 1.08, cac, cac * 0.7, cac * 1.5, cac * 0.8,
                     cac * 1.3, ltv / cac, ltv / cac * 0.7, ltv / cac * 1.4, probability, 3.0 + cac / 8, 2.0 + cac / 9, 4.0 + cac / 6))  # fmt: skip
        share = (0.2, 0.22, 0.16, 0.05, 0.06, 0.17, 0.06, 0.08)[i]
        model = (0.22, 0.19, 0.13, 0.04, 0.11, 0.24, 0.05, 0.02)[i]
        for method, shift in (
            ("first", 1.1),
            ("last", 0.9),
            ("linear", 1.0),
            ("markov", 1.03),
            ("shapley", 0.98),
        ):
            credits.append(
                (method, name, 9000 * share * shift, 7e5 * share * shift, share * shift, np.nan, np.nan)
            )
        together.append(
            (name, model, np.nan, share, np.nan, "close" if abs(model - share) < 0.04 else "apart")
        )
    rows.append(
        ("all", "all", 9_400, 195, 188, 203, 66, 55, 79, 58, 80, 2.96, 2.5, 3.5, 0.46, 9.4, 8.0, 12.0)
    )
    worth = [
        (
            8 - i,
            name,
            1800 - 190 * i,
            40 - 15 * i,
            20 - 15 * i,
            60 - 15 * i,
            90_000 - 30_000 * i,
            40_000 - 30_000 * i,
            140_000 - 30_000 * i,
            0.1 * i,
        )
        for i, name in enumerate(CHANNELS)
    ]
    return {
        "acquisition_value": _frame("acquisition_value", worth),
        "cac": _frame("cac", rows),
        "attribution": _frame("attribution", credits),
        "triangulation": _frame("triangulation", together),
        **_customer_evidence(),
    }


def _customer_evidence() -> dict[str, pd.DataFrame]:
    nan = float("nan")
    models = [
        ("bg_nbd", -154_757.5, 4, 273, 19_720.0, 20_192.0, 0.024, True),
        ("mbg_nbd", -154_929.5, 4, 273, 19_720.0, 19_497.0, -0.011, False),
    ]
    classes = [
        (model, repeats, 4_368 // (1 + repeats), 0.9 + 0.3 * repeats, (0.9 + 0.3 * repeats) * off)
        for model, off in (("bg_nbd", 1.02), ("mbg_nbd", 0.99))
        for repeats in range(8)
    ]
    reconciled = [
        ("paid_social", 136_800.0, 6.9e6, 7.6e6, -3.95, -4.21, -3.7, 52.6, 40.5, 67.3, "conflict.none"),
        (
            "search_brand",
            233_100.0,
            2.4e6,
            nan,
            -2.2,
            -2.9,
            -1.6,
            9.4,
            4.9,
            18.2,
            "conflict.journeys_too_high",
        ),
    ]
    campaigns = [
        ("paid_social", "FR_META_SOCIAL_ACQ_2026Q3", 178_000.0, 0.6, 344e3, 161e3, 625e3, 0.93, -0.1, 2.51),
        ("paid_social", "FR_META_SOCIAL_RET_2026Q3", 74_900.0, 0.4, 22e3, 9e3, 51e3, -0.71, -0.88, -0.32),
    ]
    return {
        "customer_models": _frame("customer_models", models),
        "customer_calibration": _frame("customer_calibration", classes),
        "reconciliation": _frame("reconciliation", reconciled),
        "campaign_split": _frame("campaign_split", campaigns),
    }


def _steering() -> dict[str, pd.DataFrame]:
    start, end = pd.Timestamp("2025-09-29"), pd.Timestamp("2026-09-27")
    nan = float("nan")
    kpis = [
        ("revenue", "strategic", "finance", "", "money", 51.9e6, nan, nan, 48.3e6, 48.3e6, 50.4e6, "on_target", start, end, ""),
        ("full_cost", "strategic", "finance", "revenue", "money", 5.49e6, nan, nan, 5.21e6, 5.21e6, 5.4e6, "warning", start, end, "Review fees"),
        ("romi", "strategic", "finance", "revenue", "ratio", 0.24, -0.02, 0.5, 0.2, 0.2, 0.2, "on_target", start, end, ""),
        ("cac", "strategic", "marketing", "revenue", "money", 66.0, 55.0, 79.0, 63.0, 63.0, 60.0, "critical", start, end, "Cut the dearest channel"),
        ("ltv_cac", "strategic", "management", "revenue", "ratio", 2.96, 2.5, 3.5, 2.8, 2.8, 3.0, "warning", start, end, "Move budget to value"),
        ("incremental_share", "strategic", "marketing", "revenue", "share", 0.2, 0.16, 0.25, 0.19, 0.19, nan, "no_target", start, end, ""),
        ("nps", "strategic", "management", "revenue", "score", 41.0, 37.0, 45.0, 38.0, 38.0, 40.0, "on_target", start, end, ""),
        ("conversion_rate", "tactical", "marketing", "revenue", "share", 0.021, 0.0207, 0.0213, 0.0216, 0.0216, 0.023, "critical", start, end, "Audit the checkout"),
        ("mql_to_sql", "tactical", "sales", "revenue", "share", 0.44, 0.43, 0.45, 0.42, 0.42, 0.4, "on_target", start, end, ""),
        ("new_customers", "tactical", "marketing", "revenue", "count", 83_200.0, nan, nan, 79_800.0, 79_800.0, 84_000.0, "warning", start, end, ""),
        ("visits", "operational", "marketing", "conversion_rate", "count", 9.2e6, nan, nan, 8.8e6, 8.8e6, 9e6, "on_target", start, end, ""),
        ("cpc", "operational", "marketing", "cac", "money", 0.52, nan, nan, 0.49, 0.49, 0.5, "warning", start, end, "Review bids"),
        ("ctr", "operational", "marketing", "conversion_rate", "share", 0.024, nan, nan, 0.025, 0.025, 0.025, "warning", start, end, ""),
    ]  # fmt: skip
    alerts = [
        ("threshold/cac", "threshold", "strategic", "cac", end, 66.0, 60.0, nan, nan, 94_000.0, "Cut the dearest channel", "marketing", pd.Timestamp("2026-08-31"), "new", ""),
        ("abnormal/visits/2026-09-21", "abnormal", "operational", "visits", end, 151_000.0, 178_000.0, 164_000.0, 191_000.0, 41_000.0, "Check tracking", "data", pd.Timestamp("2026-09-14"), "new", "tracking_loss"),
    ]  # fmt: skip
    funnel = []
    for stage, volume, rate in (("visits", 9.2e6, nan), ("leads", 410e3, 0.0446), ("mql", 198e3, 0.483),
                                ("sql", 87e3, 0.44), ("sales", 41e3, 0.471)):  # fmt: skip
        funnel.append((stage, end, volume, rate, rate * 0.99, rate * 1.01))
    variance = [("last_quarter", "revenue", driver, 4.1e6, 3.9e6, amount) for driver, amount in
                (("spend", -62e3), ("efficiency", -118e3), ("price", -48e3), ("baseline", 21e3), ("season", 36e3),
                 ("unexplained", -29e3))]  # fmt: skip
    pacing = []
    for name, figures in CHANNELS.items():
        ratio = {"display": 1.16, "tv": 0.93}.get(name, 1.01)
        quarter = figures[2] / 4
        pacing.append((name, quarter * 0.6 * ratio, quarter * 0.6, quarter, quarter * ratio,
                       "over" if ratio > 1.1 else "under" if ratio < 0.95 else "on_plan"))  # fmt: skip
    actions = [
        ("wake_up", "E-mailing inactive 90 d", "Reactivation", "open_rate", 0.25, 0.24, 0.27, "reached", "marketing", pd.Timestamp("2026-07-01"), pd.Timestamp("2026-10-31"), "France", "Brevo", 4_000.0, "Wake sleeping customers up", ""),
        ("product_search", "Product search campaign", "Lead generation", "cpl", 3.0, 3.6, 3.4, "at_risk", "agency", pd.Timestamp("2026-09-01"), pd.Timestamp("2026-11-15"), "Google Ads", "Bids at CPA", 60_000.0, "CPL above its ceiling", ""),
    ]  # fmt: skip
    return {
        "kpis": _frame("kpis", kpis),
        "alerts": _frame("alerts", alerts),
        "funnel": _frame("funnel", funnel),
        "variance": _frame("variance", variance),
        "targets": _frame("targets", [("revenue", period, 1_777_000.0) for period in FUTURE]),
        "pacing": _frame("pacing", pacing),
        "actions": _frame("actions", actions),
        "objectives": _frame(
            "objectives",
            [
                (
                    "ltv_cac_three",
                    "ltv_cac",
                    "strategic",
                    "marketing",
                    2.6,
                    3.0,
                    pd.Timestamp("2026-12-31"),
                    2.96,
                    3.01,
                    2.6,
                    3.4,
                    0.46,
                    "at_risk",
                )
            ],
        ),
        "decisions": _frame(
            "decisions",
            [
                (
                    pd.Timestamp("2026-07-06"),
                    "Display",
                    "test",
                    "marketing",
                    "Return not settled",
                    40_000.0,
                    pd.Timestamp("2026-10-01"),
                    "20260706-001",
                )
            ],
        ),
        "campaigns": _campaigns(),
        "agenda": _frame(
            "agenda",
            [
                ("fr", "quarterly", 1, "Budget", "La réallocation gagne 283 k€", "Approuver le partage."),
                ("en", "quarterly", 1, "Budget", "Reallocation gains €283k", "Approve the split."),
                ("fr", "weekly", 1, "Alertes", "Ouvertes : 2", "Nommer qui agit et pour quand."),
                ("en", "weekly", 1, "Alerts", "Open: 2", "Name who acts and by when."),
                ("fr", "monthly", 1, "Résultats", "Chiffre d'affaires : 12 M€", "Valider les chiffres."),
                ("en", "monthly", 1, "Results", "Revenue: €12M", "Validate the figures."),
            ],
        ),
    }


def _campaigns() -> pd.DataFrame:
    rows = []
    for i, name in enumerate(
        ("search_brand", "search_generic", "paid_social", "display", "online_video", "tv")
    ):
        for k in range(2):
            spend = CHANNELS[name][2] / (12 + k)
            clicks = float("nan") if name == "tv" else spend / (0.4 + 0.2 * i)
            conversions = clicks * 0.03 if clicks == clicks else float("nan")
            rows.append((name, f"FR_GADS_{name.upper()}_ACQ_2026Q{k + 2}", spend, clicks * 40, clicks, conversions,
                         1 / 40, spend / clicks, spend / conversions, 0.5, 0.08 - 0.05 * i,
                         ("in_line", "dear")[k]))  # fmt: skip
    return _frame("campaigns", rows)


def _health() -> dict[str, pd.DataFrame]:
    findings = [
        ("display", 41, "clicks", "clicks_above_impressions", "warning", "1204", "1,204 clicks for 980 impressions", "Ask the agency for the right export"),
        ("display", 77, "spend", "spend_without_delivery", "warning", "2 310,40", "2,310.40 spent, no impression", "Check the campaign"),
        ("google_ads", 18, "campaign", "naming", "warning", "Promo ete FR", "name does not follow the convention", "Rename: FR_GADS_SEAGEN_ACQ_2026Q3"),
        ("nps", None, "date", "late", "note", "2026-08-31", "last answer 27 days before the end", "Ask for the export"),
    ]  # fmt: skip
    sources = (
        "google_ads",
        "meta_ads",
        "display",
        "tv",
        "radio_ooh",
        "email",
        "fees",
        "sales",
        "funnel",
        "nps",
    )
    score = [(name, 1.0 - 0.06 * (name == "display") - 0.02 * (name == "google_ads"), 156, 0,
              {"display": 2, "google_ads": 1}.get(name, 0), int(name == "nps")) for name in sources]  # fmt: skip
    source_map = [
        (name, "media" if name.endswith(("ads", "tv")) else name, f"data_samples/{name}.csv", "CSV, UTF-8, comma",
         "Agence média", "weekly", 156, pd.Timestamp("2023-10-02"), pd.Timestamp("2026-09-21"), 14, name != "nps", 0,
         "model") for name in sources]  # fmt: skip
    checks = [
        ("r_hat", "revenue", "base", True, 1.004, 1.01, "largest R-hat 1.004", ""),
        ("ess", "revenue", "base", True, 1450.0, 400.0, "smallest ESS 1450", ""),
        ("divergences", "revenue", "base", True, 0.0, 0.001, "no divergence", ""),
        ("backtest_skill", "revenue", "base", False, 0.21, 0.3, "skill 21 %", "Use forecasts with care"),
    ]
    parameters = []
    for i, name in enumerate(CHANNELS):
        half_life = 0.4 + 0.3 * i
        parameters += [("revenue", "base", f"half_life[{name}]", half_life, 0.1, 0.6 * half_life, 1.7 * half_life, 1.002, 1800.0, 1500.0),
                       ("revenue", "base", f"half_saturation[{name}]", 1.6, 0.6, 0.9, 2.8, 1.002, 1800.0, 1500.0)]  # fmt: skip
    return {
        "findings": _frame("findings", findings),
        "quality_score": _frame("quality_score", score),
        "source_map": _frame("source_map", source_map),
        "checks": _frame("checks", checks),
        "parameters": _frame("parameters", parameters),
    }


def _write_simulator(folder: Path, labels: dict) -> None:
    """Write curves that a fit could have given, through the product's own writer."""
    rng = np.random.default_rng(3)
    names, shape = tuple(CHANNELS), (200, len(CHANNELS))
    weekly = np.array([figures[2] / 52 for figures in CHANNELS.values()])
    returns = np.array([1 + figures[3] for figures in CHANNELS.values()])
    ceiling = 2.2 * MARGIN * weekly * returns * rng.lognormal(0, 0.25, shape)
    background, per_unit = geometric_carry_over(
        np.full((len(names), 13), 1 / 13) / weekly[:, None], rng.beta(3, 4, shape), np.full(shape, 0.5)
    )
    response = ResponseDraws(
        channels=names,
        currency="EUR",
        periods=FUTURE.to_numpy().astype("datetime64[D]"),
        background=background,
        per_unit=per_unit,
        saturation=np.full(shape, HILL, dtype=np.int8),
        half_saturation=rng.lognormal(0.2, 0.2, shape),
        slope=np.ones(shape),
        ceiling=ceiling,
        pattern=np.full((len(names), 13), 1 / 13),
        fee_rate=np.full(len(names), 0.08),
        fixed_cost=np.full(len(names), 3_000.0),
        current=13 * weekly,
        observed_peak=weekly * 1.25,
    )
    result = SimpleNamespace(
        response=response,
        problem=SimpleNamespace(total=float(13 * weekly.sum()), lower=9.1 * weekly, upper=16.9 * weekly),
        allocation=SimpleNamespace(spend=13 * weekly * np.linspace(1.2, 0.8, len(names))),
        labels={"channels": labels, "outcome": {"revenue": {"fr": "Chiffre d'affaires", "en": "Revenue"}}},
    )
    save_simulator(result, folder / "simulator.npz")


def _write_kpi_reference(folder: Path) -> None:
    words = {
        "revenue": ("Chiffre d'affaires", "Revenue", "Ventes HT encaissées sur la période.", "Sales of the period, VAT excluded."),
        "full_cost": ("Dépense complète", "Full cost", "Média, honoraires d'agence et outils.", "Media, agency fees and tools."),
        "romi": ("ROMI", "ROMI", "(revenu incrémental - coût complet) / coût complet.", "(incremental revenue - full cost) / full cost."),
        "cac": ("CAC", "CAC", "Investissement marketing et ventes / nouveaux clients.", "Marketing and sales investment / new customers."),
        "ltv_cac": ("LTV/CAC", "LTV/CAC", "Valeur d'un client sur 36 mois / coût d'acquisition.", "Value of a customer over 36 months / acquisition cost."),
        "incremental_share": ("Part incrémentale", "Incremental share", "Part du CA due au média.", "Share of revenue due to media."),
        "nps": ("NPS", "NPS", "Promoteurs moins détracteurs.", "Promoters minus detractors."),
        "conversion_rate": ("Taux de conversion", "Conversion rate", "Ventes / visites.", "Sales / visits."),
        "mql_to_sql": ("MQL vers SQL", "MQL to SQL", "Leads acceptés par les ventes.", "Leads that sales accept."),
        "new_customers": ("Nouveaux clients", "New customers", "Premier achat.", "First purchase."),
        "visits": ("Visites", "Visits", "Sessions du site.", "Sessions of the site."),
        "cpc": ("CPC", "CPC", "Dépense / clics.", "Spend / clicks."),
        "ctr": ("Taux de clic", "Click rate", "Clics / impressions.", "Clicks / impressions."),
    }  # fmt: skip
    reference = {
        kpi: {
            "label": {"fr": fr, "en": en},
            "definition": {"fr": dfr, "en": den},
            "unit": "money"
            if kpi in {"cac", "cpc", "revenue", "full_cost"}
            else "count"
            if kpi == "visits"
            else "ratio",
            "direction": "lower" if kpi in {"cac", "cpc", "full_cost"} else "higher",
            "action": {"fr": f"Revoir {fr}.", "en": f"Review {en}."},
        }
        for kpi, (fr, en, dfr, den) in words.items()
    }
    (folder / "kpis.yaml").write_text(json.dumps({"kpis": reference}, ensure_ascii=False))


AS_OF = date(2026, 10, 5)
