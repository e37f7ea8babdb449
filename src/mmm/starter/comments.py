"""The comments of a params file in French: the same file, other words."""

from importlib.resources import files

from ruamel.yaml import YAML


def translations() -> dict[str, str]:
    """Give the French of each English comment of the template."""
    found: dict[str, str] = YAML(typ="safe", pure=True).load(
        files("mmm.starter").joinpath("comments_fr.yml").read_text("utf-8")
    )
    return found


def comment_of(line: str) -> str | None:
    """Give the comment of a YAML line, or None; the line that names the schema is not one."""
    if "#" not in line or "yaml-language-server" in line:
        return None
    head, _, comment = line.partition("#")
    return comment.strip() if not head.strip() or head.endswith(" ") else None


def in_french(template: str) -> str:
    """Give the template with its comments in French; a comment without translation is an error."""
    french = translations()
    lines = []
    for line in template.splitlines():
        comment = comment_of(line)
        lines.append(line if comment is None else line.replace(f"# {comment}", f"# {french[comment]}"))
    return "\n".join(lines) + "\n"
