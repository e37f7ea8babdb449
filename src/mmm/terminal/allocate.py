"""`mmm allocate`: a problem file in, its answer out."""

import json
from pathlib import Path

from mmm.errors import UserInputError


def show_allocation(problem_file: Path, out: Path | None) -> None:
    """Solve a problem file and print the answer as JSON, or write it to a file."""
    from mmm.allocation.file_answer import answer  # noqa: PLC0415
    from mmm.allocation.problem_file import read_problem  # noqa: PLC0415

    found = answer(read_problem(problem_file)).written()
    text = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if out is None:
        print(text, end="")  # noqa: T201
        return
    partial = out.with_name(f"{out.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(out)
    except OSError as error:
        raise UserInputError(
            str(out), [f"cannot be written: {error.strerror}: choose another place for the answer"]
        ) from error
