"""How far a share can be trusted: Wilson's interval for one proportion, and Newcombe's for the
difference of two (Statistics in Medicine 17, 1998, pages 857-890; there methods 3 and 10).

Both stay within what is possible and mean something for small counts, for none and for all.
"""

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""Of the standard normal distribution: 95 % lie within it on both sides."""


@dataclass(frozen=True)
class Estimate:
    """A share or a difference of shares, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def includes_zero(self) -> bool:
        return self.low <= 0 <= self.high


def wilson(those: int, of: int) -> Estimate | None:
    """The share `those / of`; None of nothing."""
    if of == 0:
        return None
    value, weight = those / of, Z * Z / of
    middle = (value + weight / 2) / (1 + weight)
    reach = Z * sqrt(value * (1 - value) / of + weight / (4 * of)) / (1 + weight)
    # At 0 and 1 an end is exactly the share itself; rounding must not carry it past.
    return Estimate(
        value, min(value, max(0.0, middle - reach)), max(value, min(1.0, middle + reach))
    )


def newcombe(one: Estimate, other: Estimate) -> Estimate:
    """The difference `one - other` of two shares of different people."""
    value = one.value - other.value
    down = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    up = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Estimate(value, value - down, value + up)
