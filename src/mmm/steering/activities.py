"""What a decision may be about: everything that an analysis names and measures."""

from mmm.errors import UserInputError
from mmm.params import RunParams, nearest
from mmm.steering.action_plan import read_action_plan
from mmm.steering.reference import read_kpi_reference


def activities(params: RunParams) -> dict[str, str]:
    """Give the activities that a decision may name, in any case, and the name to keep.

    `budget`; channels by name and by label; outcomes; KPIs of the reference; actions of the
    plan by identifier and by what is done.
    """
    found = {"budget": "budget"}
    for name, channel in params.channels.items():
        found |= dict.fromkeys((name, channel.label.fr, channel.label.en), name)
    found |= {name: name for name in params.outcomes}
    if params.steering is not None:
        reference = read_kpi_reference(params.beside(params.steering.kpis))
        found |= {name: name for name in reference.kpis}
        if params.steering.actions is not None:
            plan = read_action_plan(params.beside(params.steering.actions), reference, params.currency)
            for name, action in plan.items():
                found |= dict.fromkeys((name, action.activity.fr, action.activity.en), name)
    return {name.casefold(): kept for name, kept in found.items()}


def known_activity(params: RunParams, activity: str) -> str:
    """Give the name under which an activity is kept.

    Raises
    ------
    UserInputError
        Nothing of the analysis has this name: what was decided could never be judged.
    """
    known = activities(params)
    if activity.casefold() in known:
        return known[activity.casefold()]
    hint = nearest(activity.casefold(), sorted(known))
    raise UserInputError(
        "mmm decide",
        [f"--activity {activity} is no channel, outcome, KPI or action of {params.analysis}, {hint}"],
    )
