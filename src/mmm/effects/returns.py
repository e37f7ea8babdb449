"""Returns at full cost, draw by draw: what a window's media brought against what they cost.

Return = value / full cost, ROMI = return - 1: 0 is break-even on the KPI's
value (revenue for a money outcome), before margin. Marginal figures are about
one more euro of full cost, the pattern of spend held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmm.effects.draws import MAX_DRAWS, FloatArray, media_draws, saturation, steepness

if TYPE_CHECKING:
    from mmm.inference import Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDraws:
    """What media brought and cost over a window; the last axis of every array is the channel."""

    channels: tuple[str, ...]
    contribution: FloatArray
    """(draw, channel), KPI units."""
    marginal: FloatArray
    """(draw, channel), derivative of the contribution by the logarithm of spend, in KPI units."""
    media_cost: FloatArray
    """(channel), spend paid to media."""
    full_cost: FloatArray
    """(channel), with rates and fixed fees."""
    marginal_cost: FloatArray
    """(channel), spend x (1 + fee rate): fixed fees do not move with spend."""
    value_per_unit: float
    """Money that a KPI unit is worth; NaN where nobody said."""

    @property
    def returns(self) -> FloatArray:
        """Money brought per unit of full cost."""
        return _ratio(self.value_per_unit * self.contribution, self.full_cost)

    @property
    def romi(self) -> FloatArray:
        """Return on marketing investment: (value - full cost) / full cost."""
        return self.returns - 1.0

    @property
    def marginal_returns(self) -> FloatArray:
        """Money brought by one more unit of full cost."""
        return _ratio(self.value_per_unit * self.marginal, self.marginal_cost)

    @property
    def marginal_romi(self) -> FloatArray:
        """ROMI of the next euro: 0 where one more euro brings exactly itself back."""
        return self.marginal_returns - 1.0

    @property
    def cost_per_incremental(self) -> FloatArray:
        """Full cost per KPI unit brought (incremental CAC for new customers); infinite where nothing was."""
        with np.errstate(divide="ignore"):
            cost = self.full_cost / np.maximum(self.contribution, 0.0)
        return np.where(self.full_cost > 0, cost, np.nan)

    def together(self, channels: Sequence[str] | None = None) -> "ReturnDraws":
        """Give the same of several channels joined into one; all of them by default."""
        names = self.channels if channels is None else tuple(channels)
        at = [self.channels.index(name) for name in names]
        joined = {
            name: getattr(self, name)[..., at].sum(axis=-1, keepdims=True)
            for name in ("contribution", "marginal", "media_cost", "full_cost", "marginal_cost")
        }
        return replace(self, channels=(" + ".join(names),), **joined)


def return_draws(
    fit: "Fit", panel: xr.Dataset, periods: slice = slice(None), max_draws: int = MAX_DRAWS
) -> ReturnDraws:
    """Give contributions, costs and marginal effects of a window of the fitted periods.

    The marginal effect is the analytic derivative of the window's contribution
    when the whole spend path, carry-over from before the window included, is
    raised by a small factor: what enters the window stands for what leaves it.
    """
    media = media_draws(fit, max_draws)
    brought, rise = saturation(media)[..., periods], steepness(media)[..., periods]
    spend, full_cost = (_over_window(panel[name], media.channels, periods) for name in ("spend", "full_cost"))
    fee_rate = panel["fee_rate"].sel(channel=list(media.channels)).to_numpy()
    return ReturnDraws(
        channels=media.channels,
        contribution=media.ceiling * brought.sum(axis=-1),
        marginal=media.ceiling * rise.sum(axis=-1),
        media_cost=spend,
        full_cost=full_cost,
        marginal_cost=spend * (1.0 + fee_rate),
        value_per_unit=value_per_unit(fit),
    )


def value_per_unit(fit: "Fit") -> float:
    """Give the money that a KPI unit is worth; NaN where the params do not say."""
    worth = fit.spec.value_per_unit
    return np.nan if worth is None else float(worth)


def margin_of_next_euro(marginal_return: Any, margin_rate: float) -> Any:
    """Give the profit of one more euro of full cost: its margin minus itself.

    Examples
    --------
    >>> round(margin_of_next_euro(3.0, 0.4), 3)
    0.2
    """
    return margin_rate * marginal_return - 1.0


def _over_window(amount: xr.DataArray, channels: Sequence[str], periods: slice) -> FloatArray:
    by_channel = amount.sel(channel=list(channels)).sum("geo").transpose("period", "channel")
    return by_channel.to_numpy()[periods].sum(axis=0).astype(float)


def _ratio(value: FloatArray, cost: FloatArray) -> FloatArray:
    paid = np.broadcast_to(cost > 0, np.shape(value))
    return np.asarray(np.divide(value, cost, out=np.full(np.shape(value), np.nan), where=paid))
