"""Runs: their folders, their stages, and which one is published."""

from mmm.runs.context import Context
from mmm.runs.layout import analysis_folder, latest_run, publish, run_ids, withdraw
from mmm.runs.manifest import Manifest, read_manifest
from mmm.runs.quality_history import quality_history
from mmm.runs.run import Run, open_run
from mmm.runs.running import FinishedRun, RunRequest, run_analysis, run_stage_in_draft
from mmm.runs.stages import NAMES, STAGES

__all__ = [
    "NAMES",
    "STAGES",
    "Context",
    "FinishedRun",
    "Manifest",
    "Run",
    "RunRequest",
    "analysis_folder",
    "latest_run",
    "open_run",
    "publish",
    "quality_history",
    "read_manifest",
    "run_analysis",
    "run_ids",
    "run_stage_in_draft",
    "withdraw",
]
