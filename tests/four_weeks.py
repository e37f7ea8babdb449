"""Four weeks of a small analysis as files, clean, for tests that spoil them."""

from datetime import date
from typing import Any

AS_OF = date(2026, 9, 29)
WEEKS = ["2026-08-31", "2026-09-07", "2026-09-14", "2026-09-21"]
FILES = {
    "search": "date,campaign,spend,impressions,clicks,conversions\n"
    + "".join(f"{week},FR_SEA_ACQ_2026Q3,{100 + at}.5,9000,300,12\n" for at, week in enumerate(WEEKS)),
    "tv": "date,campaign,spend\n"
    + "".join(f"{week},FR_TV_BRAND_2026Q3,{900 + at}\n" for at, week in enumerate(WEEKS)),
    "fees": "date,channel,kind,amount\n2026-08-01,tv,agency,310\n2026-09-01,all,tool,300\n",
    "sales": "date,ca,clients\n"
    + "".join(f"{week},{50_000 + 900 * at},{400 + at}\n" for at, week in enumerate(WEEKS)),
    "prices": "date,price\n" + "".join(f"{week},{100 + at}\n" for at, week in enumerate(WEEKS)),
    "funnel": "date,visits,leads,sales\n"
    + "".join(f"{week},9000,800,{400 + at}\n" for at, week in enumerate(WEEKS)),
    "nps": "date,score\n2026-09-02,10\n2026-09-25,0\n",
    "buys": "customer,date,amount\na,2026-09-02,12.5\nb,2026-09-20,30\n",
    "journeys": "journey,date,channel,converted\n1,2026-09-20 10:00:00,tv,0\n1,2026-09-22 11:00:00,direct,1\n",
}
SOURCES: dict[str, dict[str, Any]] = {
    "search": {"content": "media", "channel": "search"},
    "tv": {"content": "media", "channel": "tv"},
    "fees": {"content": "fees", "refresh": "monthly"},
    "sales": {"content": "outcome"},
    "prices": {"content": "control", "columns": {"price": "price"}},
    "funnel": {"content": "funnel"},
    "nps": {"content": "nps"},
    "buys": {"content": "transactions"},
    "journeys": {"content": "journeys"},
}


def label(name: str) -> dict[str, Any]:
    return {"label": {"fr": name, "en": name}}
