"""What every section of a params file has in common: frozen, complete, no unknown key."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Money = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""Lower-case letters, digits and underscores: names that also work as file and column names."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code, such as EUR."""


class Section(BaseModel):
    """One section of the params file: frozen, strict in its types, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Text(Section):
    """A label shown to readers, in both languages."""

    fr: str
    """French wording."""
    en: str
    """English wording."""
