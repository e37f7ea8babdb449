"""`RunParams`: one analysis, as declared in one YAML file."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from mmm.params.data import Calendar, Channel, Geo, Outcome, Source
from mmm.params.deciding import AllocationParams, SteeringParams
from mmm.params.modelling import (
    AttributionParams,
    CustomersParams,
    ModelParams,
    NamingConvention,
    QualityParams,
)
from mmm.params.record import Currency, Name, Positive, Section, Text


class RunParams(Section):
    """One analysis. Sections left out are parts of the job that are not done."""

    analysis: Name
    """Folder of its runs under reports/."""
    title: Text
    """Shown on every page."""
    market: str
    """Market or country shown on pages, such as France."""
    country: str | None = None
    """ISO 3166 code for public holidays, such as FR; none when left out."""
    currency: Currency
    """Currency of every figure published."""
    vat: Literal["excluded", "included"] = "excluded"
    """Whether published amounts include VAT (excluded: HT)."""
    language: Literal["fr", "en"] = "fr"
    """Page shown first; both are always published."""
    seed: int = 1
    """Same inputs and same seed: same figures."""
    calendar: Calendar
    """Periods."""
    exchange_rates: dict[Currency, Positive] = Field(default_factory=dict)
    """Units of the analysis' currency that one unit of a foreign one is worth."""
    sources: dict[Name, Source] = Field(min_length=1)
    """Source: where and how to read it."""
    channels: dict[Name, Channel] = Field(min_length=1)
    """Channel: its costs, its place in the matrix, beliefs."""
    geos: dict[Name, Geo] = Field(default_factory=dict)
    """Regions, when the model is to see them; sources name theirs in a column, `columns: {geo: region}`."""
    outcomes: dict[Name, Outcome] = Field(min_length=1)
    """KPI that media should move."""
    quality: QualityParams = QualityParams()
    """Tolerances between sources, severities."""
    naming: NamingConvention | None = None
    """Campaign naming convention."""
    model: ModelParams = ModelParams()
    """The marketing-mix model."""
    customers: CustomersParams | None = None
    """Value and cost of customers."""
    attribution: AttributionParams | None = None
    """Journeys."""
    allocation: AllocationParams | None = None
    """Budget."""
    steering: SteeringParams | None = None
    """KPI reference, objectives, actions."""
    approval: Literal["not_required", "required"] = "not_required"
    """required: a good run waits for `mmm publish`."""
    file: Path = Field(default=Path(), exclude=True, json_schema_extra={"readOnly": True})
    """The params file itself, filled in by `read_params`."""

    def beside(self, relative: str) -> Path:
        """Give the absolute path of a file named in the params file."""
        return (self.file.parent / relative).resolve()
