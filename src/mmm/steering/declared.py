"""What an analysis declares for its steering: KPI reference, objectives, action plan, judged together.

Read before anything is computed, so that a misspelt KPI is said in two seconds and not after the fits.
"""

from mmm.errors import UserInputError
from mmm.params import RunParams, nearest
from mmm.steering.action_plan import read_action_plan
from mmm.steering.reference import KpiReference, read_kpi_reference


def refuse_wrong_references(params: RunParams) -> None:
    """Read everything that the steering section names.

    Raises
    ------
    UserInputError
        The KPI reference is wrong; or, every problem at once, objectives and the action plan.
    """
    steering = params.steering
    if steering is None:
        return
    reference = read_kpi_reference(params.beside(steering.kpis))
    problems: list[str] = []
    try:
        check_objectives(params, reference)
    except UserInputError as error:
        problems += error.problems
    if steering.actions is not None:
        try:
            read_action_plan(params.beside(steering.actions), reference, params.currency)
        except UserInputError as error:
            problems += (f"{steering.actions}, {problem}" for problem in error.problems)
    if problems:
        raise UserInputError(str(params.file), problems)


def check_objectives(params: RunParams, reference: KpiReference) -> None:
    """Refuse objectives on a KPI that the reference lacks, or that ask for less than the baseline.

    Raises
    ------
    UserInputError
        Every problem at once.
    """
    problems = []
    for name, objective in ({} if params.steering is None else params.steering.objectives).items():
        kpi = reference.kpis.get(objective.kpi)
        where = f"steering.objectives.{name}"
        if kpi is None:
            hint = nearest(objective.kpi, list(reference.kpis))
            problems.append(f"{where}.kpi: {objective.kpi} is not in {reference.file.name}, {hint}")
        elif kpi.gap(objective.baseline, objective.target) <= 0:
            problems.append(
                f"{where}: target {objective.target:g} is no better than baseline {objective.baseline:g} "
                f"where {kpi.direction} is better: correct one of them"
            )
    if problems:
        raise UserInputError(str(params.file), problems)
