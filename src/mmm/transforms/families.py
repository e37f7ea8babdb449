"""The families of carry-over and saturation, by name and by the code that arrays of draws hold."""

from typing import Literal

Adstock = Literal["none", "geometric", "delayed", "weibull_density", "weibull_survival"]
Saturation = Literal["hill", "michaelis_menten", "logistic", "exponential", "power", "none"]
Order = Literal["adstock_first", "saturation_first"]

ADSTOCKS: tuple[Adstock, ...] = ("none", "geometric", "delayed", "weibull_density", "weibull_survival")
SATURATIONS: tuple[Saturation, ...] = (
    "hill",
    "michaelis_menten",
    "logistic",
    "exponential",
    "power",
    "none",
)
"""The code of a family is its place here. The last two have no ceiling."""
HILL, MICHAELIS_MENTEN, LOGISTIC, EXPONENTIAL, POWER, LINEAR = range(6)
