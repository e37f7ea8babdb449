"""A new workspace, commented in the analyst's language, that runs from the first minute."""

from mmm.starter.comments import in_french
from mmm.starter.workspace import make_workspace

__all__ = ["in_french", "make_workspace"]
