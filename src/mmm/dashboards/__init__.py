"""Voilà: pages rendered once at publication, served without a kernel; the simulator live.

Names are looked up when they are used, so that the simulator's kernel loads numpy and widgets alone.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.dashboards.publication import publish_report, render_pages
    from mmm.dashboards.server import serve
    from mmm.dashboards.simulator import show_simulator

__all__ = ["publish_report", "render_pages", "serve", "show_simulator"]

__getattr__ = exporter(
    __name__,
    {
        "publish_report": "publication",
        "render_pages": "publication",
        "serve": "server",
        "show_simulator": "simulator",
    },
)
