"""`ModelSpec`: everything that is believed and chosen before the data of one outcome are seen."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from mmm.params import RunParams
from mmm.params.beliefs import DAYS, Likelihood
from mmm.params.data import Frequency
from mmm.transforms import Adstock, Order, Saturation

PriorKind = Literal["return", "marginal_return", "contribution_share", "coefficient"]

PERIODS_PER_YEAR: dict[Frequency, int] = {"daily": 365, "weekly": 52, "monthly": 12, "annual": 1}
_HARMONICS: dict[Frequency, int] = {"daily": 6, "weekly": 4, "monthly": 3, "annual": 0}
_KNOT_SPACING: dict[Frequency, int] = {"daily": 91, "weekly": 13, "monthly": 3, "annual": 5}
DAYS_PER_PERIOD: dict[Frequency, float] = {
    "daily": 1.0,
    "weekly": 7.0,
    "monthly": DAYS["months"],
    "annual": 365.25,
}
_CARRY_OVER: dict[Frequency, tuple[tuple[float, float], float, float]] = {
    "daily": ((6.0, 1.0), 7.0, 14.0),
    "monthly": ((1.0, 3.0), 1.0, 1.2),
    "annual": ((1.0, 3.0), 1.0, 1.2),
}
"""Beta of what one period keeps of the one before, median delay and median Weibull scale in periods, where
they are not the defaults of `Beliefs`, which are weekly.

A week keeps 0.41 in median under Beta(1.5, 2); a seventh of that decay keeps 0.88 of a day: Beta(6, 1).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPrior:
    """What is believed of the strength of one channel: see `mmm.params.beliefs` for the four kinds."""

    kind: PriorKind
    median: float
    """Of the return (KPI units per unit of full cost) or share; the mean of a coefficient."""
    spread: float
    """Standard deviation: of the logarithm, or of the coefficient (in units of the mean KPI)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelForm:
    """Carry-over and saturation of one channel, and which comes first."""

    adstock: Adstock = "geometric"
    saturation: Saturation = "hill"
    order: Order = "adstock_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelShape:
    """What is believed of the curves of one channel, in units that an analyst can hold; None: the default."""

    half_life: tuple[float, float] | None = None
    """Periods until half of the effect has come: median, and standard deviation of the logarithm."""
    half_saturation: tuple[float, float] | None = None
    """Media spend per period, held constant, that brings half of the ceiling: likewise, in money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """Constants of the default priors; docs/method/model.md gives the reason of each.

    The KPI is in units of its mean, pressure in units of a typical active period.
    """

    retention: tuple[float, float] = (1.5, 2.0)
    """Beta: carry-over of one period to the next."""
    half_saturation: tuple[float, float] = (2.0, 1.0)
    """Median, and standard deviation of the logarithm."""
    slope: tuple[float, float] = (1.0, 0.3)
    """Median, and standard deviation of the logarithm."""
    exponent: tuple[float, float] = (2.0, 1.0)
    """Beta of the exponent of a power: most likely the straight line."""
    delay: tuple[float, float] = (1.0, 0.7)
    """Periods until the effect peaks: median, and standard deviation of the logarithm."""
    weibull_scale: tuple[float, float] = (2.0, 0.8)
    """Periods: median, and standard deviation of the logarithm."""
    weibull_shape: tuple[float, float] = (1.2, 0.4)
    """1 fades steadily, more has a peak or a plateau: median, and standard deviation of the logarithm."""
    split_spread: tuple[float, float] = (0.65, 0.4)
    """How far returns differ between channels: median of the standard deviation of their logarithm,
    and standard deviation of its own logarithm."""
    small_channel_cost: float = 0.01
    """Below this share of the full cost a channel takes a belief on its share of the KPI."""
    small_channel_share: tuple[float, float] = (0.05, 1.0)
    """That belief: median as a share of the media share, and standard deviation of the logarithm."""
    level_sd: float = 0.3
    """Normal, around 1 minus the media share."""
    trend_sd: float = 0.3
    """Normal: rise from the first period to the last."""
    trend_step: float = 0.03
    """Half-normal scale of the random walk, per quarter of a year."""
    season: float = 0.2
    """Half-normal scale of the season's coefficients."""
    weekday: float = 0.2
    """Half-normal scale of the weekdays' coefficients, for daily data."""
    month: float = 0.1
    """Half-normal scale of the season within a month, for daily data."""
    holidays: float = 0.1
    """Half-normal scale of the holidays' coefficients."""
    events: float = 0.2
    """Half-normal scale of the declared events' coefficients."""
    controls: float = 0.2
    """Half-normal scale of the coefficients of standardised controls."""
    noise: float = 0.3
    """Half-normal scale of the standard deviation of the noise."""
    geo_effect: tuple[float, float] = (0.25, 0.5)
    """Standard deviation of a channel's log effect between geos: median, and that of its own logarithm."""
    geo_level: tuple[float, float] = (0.1, 0.5)
    """Standard deviation of levels between geos: median, and that of its own logarithm."""
    geo_line: tuple[float, float] = (0.1, 0.5)
    """Likewise of rises from the first period to the last."""
    noise_exponent: tuple[float, float] = (2.0, 2.0)
    """Beta: the variance of the noise of a geo, in units of its KPI, falls with its KPI to this power."""
    degrees: float = 8.0
    """Degrees of freedom of a Student-t likelihood."""
    trend_damping: float = 0.5
    """Share of the linear slope that is left a year after the last period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """The model of one outcome, before its data: families, beliefs, baseline, sampling."""

    outcome: str
    value_per_unit: float | None = 1.0
    """Money that one KPI unit is worth: 1 for an outcome in money, None where nobody said."""
    frequency: Frequency = "weekly"
    adstock: Adstock = "geometric"
    saturation: Saturation = "hill"
    order: Order = "adstock_first"
    forms: dict[str, ChannelForm] = field(default_factory=dict)
    """Channels whose carry-over and saturation differ from these."""
    likelihood: Likelihood = "normal"
    media_share: float = 0.2
    """Median of the share of the KPI that all media bring, before the data speak."""
    media_share_spread: float = 0.5
    """Standard deviation of its logarithm."""
    channel_priors: dict[str, ChannelPrior] = field(default_factory=dict)
    """Beliefs declared for some channels; the others follow from the media share."""
    channel_shapes: dict[str, ChannelShape] = field(default_factory=dict)
    """Beliefs on the curves declared for some channels."""
    controls: tuple[str, ...] = ()
    log_controls: tuple[str, ...] = ()
    """Those of `controls` taken as logarithms, such as a price."""
    harmonics: int = 4
    """Pairs of sine and cosine over the year."""
    month_harmonics: int = 2
    """Pairs over the calendar month; daily data of a year or more only."""
    knot_spacing: int = 13
    holidays: bool = True
    beliefs: Beliefs = Beliefs()
    engine: Literal["compiled", "pymc"] = "compiled"
    chains: int = 4
    draws: int = 1000
    warmup: int = 500

    @property
    def name(self) -> str:
        """Name of the specification in tables."""
        families = f"{self.adstock}-{self.saturation}"
        if self.order == "saturation_first":
            families = f"{families}-{self.order}"
        return families if self.likelihood == "normal" else f"{families}-{self.likelihood}"

    def form(self, channel: str) -> ChannelForm:
        """Give the carry-over and saturation of a channel."""
        usual = ChannelForm(adstock=self.adstock, saturation=self.saturation, order=self.order)
        return self.forms.get(channel, usual)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, for a file; `spec_from_dict` reads them back."""
        return asdict(self)


def spec_from_dict(values: dict[str, Any]) -> ModelSpec:
    """Rebuild a `ModelSpec` from the plain values of `ModelSpec.to_dict`, lists for tuples allowed."""
    plain = dict(values)
    beliefs: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in plain.pop("beliefs").items()
    }
    priors = {name: ChannelPrior(**prior) for name, prior in plain.pop("channel_priors").items()}
    shapes = {
        name: ChannelShape(**{key: None if value is None else tuple(value) for key, value in shape.items()})
        for name, shape in plain.pop("channel_shapes", {}).items()
    }
    forms = {name: ChannelForm(**form) for name, form in plain.pop("forms", {}).items()}
    controls, logged = (tuple(plain.pop(key, ())) for key in ("controls", "log_controls"))
    return ModelSpec(
        **plain,
        controls=controls,
        log_controls=logged,
        beliefs=Beliefs(**beliefs),
        channel_priors=priors,
        channel_shapes=shapes,
        forms=forms,
    )


def spec_from_params(params: RunParams, outcome: str) -> ModelSpec:
    """Give the specification that a params file means for one of its outcomes."""
    model = params.model
    frequency = params.calendar.frequency
    media_share, media_share_spread = model.media_share.belief
    harmonics = _HARMONICS[frequency] if model.harmonics is None else model.harmonics
    spacing = model.trend_knot_periods
    return ModelSpec(
        outcome=outcome,
        value_per_unit=_value_per_unit(params, outcome),
        frequency=frequency,
        adstock=model.adstock,
        saturation=model.saturation,
        order=model.order,
        likelihood=params.outcomes[outcome].likelihood or model.likelihood,
        media_share=media_share,
        media_share_spread=media_share_spread,
        channel_priors=_channel_priors(params, outcome),
        channel_shapes=_channel_shapes(params),
        forms=_forms(params),
        controls=model.controls,
        log_controls=model.log_controls,
        harmonics=0 if frequency == "annual" else harmonics,
        knot_spacing=_KNOT_SPACING[frequency] if spacing is None else spacing,
        holidays=bool(model.holidays),
        beliefs=_beliefs(frequency),
        engine=model.engine,
        chains=model.chains,
        draws=model.draws,
        warmup=model.warmup,
    )


def _beliefs(frequency: Frequency) -> Beliefs:
    usual = Beliefs()
    if frequency not in _CARRY_OVER:
        return usual
    retention, delay, scale = _CARRY_OVER[frequency]
    return replace(
        usual,
        retention=retention,
        delay=(delay, usual.delay[1]),
        weibull_scale=(scale, usual.weibull_scale[1]),
    )


def _forms(params: RunParams) -> dict[str, ChannelForm]:
    """Families of the channels that state one; what they leave out is the model's."""
    model, forms = params.model, {}
    for name, channel in params.channels.items():
        if channel.carry_over or channel.saturation or channel.order:
            forms[name] = ChannelForm(
                adstock=channel.carry_over or model.adstock,
                saturation=channel.saturation or model.saturation,
                order=channel.order or model.order,
            )
    return forms


def _value_per_unit(params: RunParams, outcome: str) -> float | None:
    declared = params.outcomes[outcome]
    return 1.0 if declared.unit == "money" else declared.value_per_unit


def _channel_priors(params: RunParams, outcome: str) -> dict[str, ChannelPrior]:
    """Returns are declared in money: a count outcome needs its value per unit to read them."""
    value = _value_per_unit(params, outcome)
    priors = {}
    for name, channel in params.channels.items():
        if channel.prior is None:
            continue
        kind = channel.prior.kind
        median, spread = channel.prior.belief
        if kind in {"return", "marginal_return"}:
            if not value:
                continue
            median = median / value
        priors[name] = ChannelPrior(kind=kind, median=median, spread=spread)
    return priors


def _channel_shapes(params: RunParams) -> dict[str, ChannelShape]:
    """Half-lives in periods, whatever the unit in which they were stated."""
    days_per_period = DAYS_PER_PERIOD[params.calendar.frequency]
    shapes = {}
    for name, channel in params.channels.items():
        half_life = None
        if channel.half_life is not None:
            median, spread = channel.half_life.belief
            half_life = (median * DAYS.get(channel.half_life.unit, days_per_period) / days_per_period, spread)
        half_saturation = None if channel.half_saturation is None else channel.half_saturation.belief
        if half_life or half_saturation:
            shapes[name] = ChannelShape(half_life=half_life, half_saturation=half_saturation)
    return shapes
