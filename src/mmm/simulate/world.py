"""One whole world from one seed: no file is read or written here."""

import pandas as pd

from mmm.simulate.audience import ORIGINS, simulate_audience, simulate_organic_search, with_reactions
from mmm.simulate.campaigns import simulate_campaigns
from mmm.simulate.customers import draw_customers, simulate_transactions
from mmm.simulate.family import CHANNELS
from mmm.simulate.faults import N_SILENT_NPS_WEEKS, Tables, plant
from mmm.simulate.journeys import simulate_journeys
from mmm.simulate.operations import simulate_funnel, simulate_nps
from mmm.simulate.outcomes import Market, simulate_market
from mmm.simulate.records import Truth, World
from mmm.simulate.weeks import OBSERVED, plan_weeks


def simulate_world(seed: int, *, n_customers: int = 20_000, n_journeys: int = 60_000) -> World:
    """Simulate a French home-goods retailer with known truth.

    The same seed gives the same world. Seeds differ in strengths, carry-over, saturation, noise,
    calendar of campaigns and customers; roles of channels are fixed (see `mmm.simulate.family`).

    Parameters
    ----------
    seed
        Any whole number from 0.
    n_customers
        Customers in the transactions extract.
    n_journeys
        Visitors' journeys of the last year.

    Returns
    -------
    World
        Every table that the retailer's tools hold, and the truth behind them.
    """
    market = simulate_market(seed)
    new_customers = market.sales["new_customers"].to_numpy()
    planted = plant(
        seed,
        Tables(
            media=simulate_campaigns(seed, market.spend.actual[OBSERVED]),
            funnel=simulate_funnel(seed, new_customers),
            journeys=simulate_journeys(seed, n_journeys),
        ),
    )
    customers = draw_customers(seed)
    audience = simulate_audience(seed, planted.tables.funnel["visits"].to_numpy())
    organic = audience.loc[audience["origin"] == ORIGINS[0], "visits"].to_numpy()
    return World(
        seed=seed,
        media=with_reactions(seed, planted.tables.media),
        fees=market.fees,
        sales=market.sales,
        prices=market.prices,
        plan=_plan(market),
        targets=market.targets,
        funnel=planted.tables.funnel,
        audience=audience,
        organic_search=simulate_organic_search(seed, organic),
        nps=simulate_nps(seed, N_SILENT_NPS_WEEKS),
        transactions=simulate_transactions(seed, customers, new_customers, n_customers),
        journeys=planted.tables.journeys,
        platform_gap=planted.platform_gap,
        truth=Truth(
            seed=seed,
            media=market.media,
            outcomes=market.outcomes,
            customers=customers,
            faults=planted.faults,
            events=planted.events,
        ),
    )


def _plan(market: Market) -> pd.DataFrame:
    """Give the budget, one row per week and channel."""
    weeks = plan_weeks()
    return pd.DataFrame(
        {
            "date": weeks.repeat(len(CHANNELS)),
            "channel": list(CHANNELS) * len(weeks),
            "spend": market.spend.budget.ravel(),
        }
    )
