"""`serve`: Voilà on published runs, configured so that a viewer can only read."""

import logging
import os
import secrets
import socket
from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join
from traitlets import Unicode
from traitlets.config import Config
from voila.app import Voila

from mmm.dashboards.handlers import IndexHandler, MissingHandler, PageHandler, SimulatorHandler
from mmm.dashboards.notebooks import notebooks_folder
from mmm.dashboards.published import ANALYSIS, FILE, Page
from mmm.errors import UserInputError
from mmm.texts import Language

TEMPLATES = Path(__file__).parent / "templates"
REPORTS_VARIABLE = "MMM_REPORTS"
_EXPOSING = ("/voila/files/", "/voila/tree", "/voila/render/", "/voila/api/contents")
"""Voilà's own addresses that a reader has no use for."""


class Dashboards(Voila):  # type: ignore[misc]
    """Voilà that serves finished pages without a kernel, and one live notebook: the simulator.

    `init_handlers`, `init_settings` and `setup_template_dirs` are plain methods of
    Voilà 0.5, not documented extension points: a browser test holds them.
    """

    name = "voila"
    reports = Unicode(help="Folder of the runs.").tag(config=True)
    language = Unicode("fr", help="Language shown first.").tag(config=True)

    def setup_template_dirs(self) -> None:
        """Put our template of the live page before Voilà's."""
        super().setup_template_dirs()
        paths = [str(TEMPLATES / "simulator"), *self.template_paths]  # type: ignore[has-type]
        self.template_paths = paths

    def init_settings(self) -> dict[str, Any]:
        """Compress what is sent, and keep the cookie to this site."""
        settings: dict[str, Any] = super().init_settings()
        settings["compress_response"] = True
        settings["cookie_options"] = {"samesite": "Lax", "httponly": True}
        return settings

    def init_handlers(self) -> list[Any]:
        """Answer our own addresses; leave of Voilà's what the simulator needs."""
        reports, language = Path(self.reports), self.language
        inherited = super().init_handlers()
        live = inherited[-1][2]
        kept = [rule for rule in inherited[:-1] if not any(part in str(rule[0]) for part in _EXPOSING)]
        cache: dict[tuple[Path, str], Page] = {}

        def at(pattern: str) -> str:
            return str(url_path_join(self.server_url, pattern))

        index = {"reports": reports, "language": language}
        return [
            (at("/?"), IndexHandler, index),
            (at(r"/index\.(fr|en)\.html"), IndexHandler, index),
            (at(rf"/({ANALYSIS})/({FILE})"), PageHandler, {"reports": reports, "cache": cache}),
            (at(rf"/({ANALYSIS})/simulator\.(fr|en)\.html"), SimulatorHandler, {"reports": reports, **live}),
            *kept,
            (at("/(.*)"), MissingHandler),
        ]


def configuration(reports: Path, *, port: int, lang: Language, token: str, base_url: str) -> Config:
    """Give the configuration of the server: loopback, a token, nothing that a viewer may override."""
    config = Config()
    config.Dashboards.reports = str(reports)
    config.Dashboards.language = lang
    config.Voila.port, config.Voila.ip, config.Voila.base_url = port, "127.0.0.1", base_url
    config.Voila.token, config.Voila.auto_token = token, True
    config.Voila.open_browser = False
    config.Voila.log_level = logging.WARNING  # the address is printed once, by us, with its token
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.extension_allowlist = [
        "@jupyter-widgets/jupyterlab-manager",
        "@voila-dashboards/widgets-manager8",
    ]
    for manager in ("MappingKernelManager", "AsyncMappingKernelManager", "VoilaKernelManager"):
        config[manager].cull_interval = 30
        config[manager].cull_idle_timeout = 300
        config[manager].cull_connected = False
    config.KernelManager.transport = "ipc"
    return config


def serve(
    reports: str | Path,
    port: int = 8866,
    lang: Language = "fr",
    *,
    token: str | None = None,
    base_url: str = "/",
    notebooks: Path | None = None,
) -> None:
    """Serve the published pages and the simulator on this machine until interrupted.

    Raises
    ------
    UserInputError
        The port is taken.
    """
    reports = Path(reports).resolve()
    place = notebooks or notebooks_folder(reports.parent)
    refuse_taken_port(port)
    secret = token or os.environ.get("MMM_TOKEN") or secrets.token_urlsafe(24)
    os.environ[REPORTS_VARIABLE] = str(reports)
    app = Dashboards(config=configuration(reports, port=port, lang=lang, token=secret, base_url=base_url))
    app.initialize([str(place / "simulator.ipynb"), "--no-browser"])
    _announce(f"http://127.0.0.1:{port}{base_url}?token={secret}", lang)
    app.start()


def refuse_taken_port(port: int) -> None:
    """Say that a port is taken before anything starts."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            taken = error.strerror or "taken"
            problem = f"--port {port}: {taken}, expected a free port: give another, such as --port {port + 1}"
            raise UserInputError("mmm serve", [problem]) from None


def _announce(address: str, lang: Language) -> None:
    from rich.console import Console  # noqa: PLC0415

    from mmm.texts import say  # noqa: PLC0415

    Console(highlight=False, soft_wrap=True).print(say("server.address", lang, address=address), markup=False)
