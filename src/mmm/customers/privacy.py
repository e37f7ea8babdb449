"""Which counts of customers may be published: none that is small, and none that gives a small one away."""

from collections.abc import Mapping

MIN_CELL = 10
"""Cells of fewer customers are not published."""


def withheld[Key](counts: Mapping[Key, float], least: float = MIN_CELL) -> frozenset[Key]:
    """Give the cells of one total that must not be shown beside it.

    Cells under `least` are withheld. So are the smallest of the others, until what is withheld holds
    two cells and `least` customers: one cell alone would be the total less the cells shown.

    Parameters
    ----------
    counts
        Customers by cell; the total is published too.
    least
        Fewer customers may not be shown.

    Examples
    --------
    >>> sorted(withheld({"search": 200, "social": 40, "tv": 4}))
    ['social', 'tv']
    >>> sorted(withheld({"search": 200, "social": 40, "tv": 9, "radio": 8}))
    ['radio', 'tv']
    """
    filled = sorted((cell for cell in counts if counts[cell] > 0), key=lambda cell: counts[cell])
    hidden = [cell for cell in filled if counts[cell] < least]
    for cell in filled[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(counts[one] for one in hidden) >= least):
            break
        hidden.append(cell)
    return frozenset(hidden) | frozenset(cell for cell in counts if counts[cell] <= 0)
