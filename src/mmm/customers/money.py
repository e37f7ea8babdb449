"""Amounts of transactions and journeys in the analysis' currency."""

import ibis
from ibis import _

from mmm.errors import UserInputError, listed
from mmm.params import RunParams


def exchange_rate(params: RunParams, source: str) -> float:
    """Give what one unit of the source's currency is worth in the analysis' own.

    Raises
    ------
    UserInputError
        The currency has no declared rate.
    """
    currency = params.sources[source].currency or params.currency
    return _rates(params, source, [currency])[currency]


def in_currency(lines: ibis.Table, amount: str, params: RunParams, source: str) -> ibis.Table:
    """Turn an amount into the analysis' currency, by the currency of its line, else of its source.

    Raises
    ------
    UserInputError
        A currency has no declared rate.
    """
    if "currency" not in lines.columns:
        rate = exchange_rate(params, source)
        return lines if rate == 1.0 else lines.mutate(**{amount: _[amount] * rate})
    declared = params.sources[source].currency or params.currency
    stated = lines.mutate(currency=_.currency.fill_null(declared))
    found = sorted(stated.select("currency").distinct().execute()["currency"])
    rates = _rates(params, source, found)
    if set(found) <= {params.currency}:
        return lines
    return stated.mutate(**{amount: _[amount] * stated["currency"].cases(*rates.items())})


def _rates(params: RunParams, source: str, currencies: list[str]) -> dict[str, float]:
    known = {**params.exchange_rates, params.currency: 1.0}
    unknown = [code for code in currencies if code not in known]
    if unknown:
        expected = f"known: {listed(known)}: declare it in exchange_rates"
        raise UserInputError(source, [f"amounts in {listed(unknown)} have no rate, {expected}"])
    return {code: known[code] for code in currencies}
