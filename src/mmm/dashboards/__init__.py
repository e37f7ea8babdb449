"""Voilà: pages rendered once at publication, served without a kernel; the simulator live.

Names are looked up when they are used, so that the simulator's kernel loads numpy and widgets alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmm.dashboards.publication import publish_report, render_pages
    from mmm.dashboards.server import serve
    from mmm.dashboards.simulator import show_simulator

__all__ = ["publish_report", "render_pages", "serve", "show_simulator"]

_HOME = {
    "publish_report": "publication",
    "render_pages": "publication",
    "serve": "server",
    "show_simulator": "simulator",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mmm.dashboards' has no attribute {name!r}")
    return getattr(import_module(f"mmm.dashboards.{_HOME[name]}"), name)
