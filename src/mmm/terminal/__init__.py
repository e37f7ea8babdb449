"""What a command shows on screen. English, plain, and readable without colours."""

from mmm.terminal.check import show_check
from mmm.terminal.decisions import DecisionWords, show_decisions
from mmm.terminal.lab import open_lab
from mmm.terminal.publication import show_publication
from mmm.terminal.run import show_draft_stage, show_run

__all__ = [
    "DecisionWords",
    "open_lab",
    "show_check",
    "show_decisions",
    "show_draft_stage",
    "show_publication",
    "show_run",
]
