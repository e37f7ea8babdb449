"""What the server answers: the list of analyses, their pages, the live simulator."""

import gzip
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import tornado.web
from jupyter_server.base.handlers import JupyterHandler
from voila.tornado.handler import TornadoVoilaHandler

from mmm.dashboards.published import (
    NotPublishedError,
    Page,
    TamperedError,
    published_analyses,
    published_run,
    read_page,
)
from mmm.dashboards.waiting import index_html, notice_html
from mmm.texts import Language

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
LIVE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'self'"
)
MAX_SIMULATORS = 12


class _Secured:
    """Headers that every answer carries."""

    policy = PAGE_POLICY
    set_header: Any

    def set_default_headers(self) -> None:
        """Set what no answer may lack."""
        self.set_header("Content-Security-Policy", self.policy)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Content-Type", "text/html; charset=utf-8")


class IndexHandler(_Secured, JupyterHandler):
    """The published analyses; straight to the page when there is one only."""

    def initialize(self, reports: Path, language: Language) -> None:
        """Take what the application knows."""
        self.reports, self.language = reports, language

    @tornado.web.authenticated
    def get(self, language: str | None = None) -> None:
        """List the analyses, in the language asked for."""
        chosen: Language = "en" if language == "en" else "fr" if language == "fr" else self.language
        analyses = published_analyses(self.reports)
        if len(analyses) == 1 and language is None:
            name = next(iter(analyses))
            self.redirect(f"{self.base_url}{name}/strategic.{chosen}.html")
            return
        self.set_header("Cache-Control", "private, no-cache")
        self.finish(index_html(analyses, chosen))

    head = get


class PageHandler(_Secured, JupyterHandler):
    """A published page, as it was drawn at publication."""

    _cache: dict[tuple[Path, str], Page]

    def initialize(self, reports: Path, cache: dict[tuple[Path, str], Page]) -> None:
        """Take what the application knows."""
        self.reports, self._cache = reports, cache

    @tornado.web.authenticated
    def get(self, analysis: str, name: str) -> None:
        """Send the page of the run that is published now."""
        try:
            page = self._page(analysis, name)
        except NotPublishedError:
            self._refuse(404, "server.missing", name)
            return
        except TamperedError:
            self._refuse(503, "server.invalid", name)
            return
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Encoding, Cookie")
        self.set_header("Etag", f'"{page.tag}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        content = page.content
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            content = page.compressed
        self.set_header("Content-Length", str(len(content)))
        self.finish(content)

    head = get

    def _page(self, analysis: str, name: str) -> Page:
        run = published_run(self.reports, analysis)
        if (run, name) not in self._cache:
            page = read_page(run, name)
            for other in [key for key in self._cache if key[0].parent == run.parent and key[0] != run]:
                del self._cache[other]
            self._cache[run, name] = Page(
                content=page.content, compressed=gzip.compress(page.content), tag=page.tag
            )
        return self._cache[run, name]

    def _refuse(self, status: int, key: str, name: str) -> None:
        language: Language = "en" if name.endswith(".en.html") else "fr"
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.finish(notice_html(key, language))


class SimulatorHandler(_Secured, TornadoVoilaHandler):  # type: ignore[misc]
    """The live simulator of one analysis: a kernel that knows the analysis and the language."""

    policy = LIVE_POLICY

    def initialize(self, reports: Path, **known: Any) -> None:
        """Take what the application and Voilà know."""
        super().initialize(**known)
        self.reports = reports

    @tornado.web.authenticated
    async def get(self, analysis: str, language: str) -> None:
        """Start a kernel, unless too many people have one."""
        chosen: Language = "en" if language == "en" else "fr"
        try:
            published_run(self.reports, analysis)
        except NotPublishedError:
            self.set_status(404)
            self.finish(notice_html("server.missing", chosen))
            return
        if len(list(self.kernel_manager.list_kernel_ids())) >= MAX_SIMULATORS:
            self.set_status(503)
            self.set_header("Retry-After", "120")
            self.finish(notice_html("server.busy", chosen))
            return
        self.request.arguments.clear()
        self.request.query = urlencode({"analysis": analysis, "lang": chosen})
        await super().get()


class MissingHandler(_Secured, JupyterHandler):
    """Everything else: there is no such page."""

    @tornado.web.authenticated
    def get(self, _path: str = "") -> None:
        """Say that there is no such page."""
        self.set_status(404)
        self.finish(notice_html("server.missing", "en" if ".en." in self.request.path else "fr"))

    head = get
