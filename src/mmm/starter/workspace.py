"""`mmm init`: a folder with params, notebooks and the sample data to replace one by one."""

import shutil
from pathlib import Path

from mmm.errors import UserInputError
from mmm.params import schema_json
from mmm.starter.comments import in_french
from mmm.texts import Language

_CHECKOUT = Path(__file__).resolve().parents[3]


def make_workspace(folder: Path, language: Language) -> list[str]:
    """Write a workspace that runs as it stands, and say what to do next.

    Raises
    ------
    UserInputError
        The folder exists and is not empty: nothing is ever overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserInputError(str(folder), ["exists and is not empty: give the name of a new folder"])
    params = folder / "params"
    params.mkdir(parents=True)
    (params / "analysis.yaml").write_text(_template(language), encoding="utf-8")
    (params / "schema.json").write_text(schema_json(), encoding="utf-8")
    for name in ("kpis.yaml", "actions.yaml"):
        shutil.copyfile(_CHECKOUT / "params" / name, params / name)
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(_CHECKOUT / "notebooks", folder / "notebooks", ignore=ignored)
    shutil.copytree(_CHECKOUT / "data_samples", folder / "data", ignore=shutil.ignore_patterns("truth.json"))
    (folder / "reports").mkdir()
    return _next_steps(folder, language)


def _template(language: Language) -> str:
    text = (_CHECKOUT / "params" / "demo.yaml").read_text(encoding="utf-8")
    text = text.replace("../data_samples/", "../data/").replace("analysis: demo ", "analysis: first")
    return in_french(text) if language == "fr" else text


def _next_steps(folder: Path, language: Language) -> list[str]:
    params = folder / "params" / "analysis.yaml"
    if language == "fr":
        return [
            f"L'espace de travail est prêt : {folder}. Il tourne déjà, sur les données d'exemple.",
            f"1. Remplacez les sources une à une dans {params} par vos exports.",
            f"2. mmm check {params}   dit tout ce qui ne va pas, et quoi faire.",
            f"3. mmm run {params}     lance l'analyse ; mmm lab {folder} ouvre les notebooks.",
        ]
    return [
        f"The workspace is ready: {folder}. It runs already, on the sample data.",
        f"1. Replace the sources one by one in {params} by your exports.",
        f"2. mmm check {params}   says all that is wrong, and what to do.",
        f"3. mmm run {params}     runs the analysis; mmm lab {folder} opens the notebooks.",
    ]
