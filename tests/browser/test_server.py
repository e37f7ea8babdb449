"""What the server refuses, what it checks, and that a viewer can only read."""

import http.client
import shutil
from urllib.parse import quote, urlsplit

import pytest

from mmm.dashboards import render_pages
from sample_run import build_sample_run

PAGE = "/demo/strategic.fr.html"


def ask(server, path, *, method="GET", token=None, headers=None):
    token = server.token if token is None else token
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    joined = f"{path}{'&' if '?' in path else '?'}token={token}" if token else path
    connection.request(method, joined, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize("token", ["", "wrong", "a-token-for-test"])
@pytest.mark.parametrize(
    "path", ["/", PAGE, "/demo/simulator.fr.html", "/index.en.html", "/nothing", "/api/kernels/x"]
)
def test_nothing_is_shown_without_the_token(server, path, token):
    answer, body = ask(server, path, token=token)
    assert answer.status in {302, 403, 404}
    assert b"Maison" not in body
    assert answer.status != 302 or "/login" in answer.getheader("Location")


def test_a_page_comes_with_its_policy_and_is_not_kept_by_others(server):
    answer, body = ask(server, PAGE)
    assert answer.status == 200
    assert answer.getheader("Content-Security-Policy").startswith(
        "default-src 'none'; style-src 'unsafe-inline'"
    )
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert answer.getheader("Cache-Control") == "private, no-cache"
    assert "Maison" in body.decode()


def test_head_gives_the_headers_alone_and_post_is_refused(server):
    answer, body = ask(server, PAGE, method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert ask(server, PAGE, method="POST")[0].status in {403, 405}


def test_an_unchanged_page_is_not_sent_again(server):
    tag = ask(server, PAGE)[0].getheader("Etag")
    answer, body = ask(server, PAGE, headers={"If-None-Match": tag})
    assert (answer.status, body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/demo/finance.fr.html", "/demo/strategic.de.html", "/nope/strategic.fr.html", "/demo/manifest.json",
        "/demo/20261005-001/manifest.json", "/demo/latest", "/voila/files/manifest.json", "/voila/files/a.png",
        "/voila/tree", "/voila/tree/demo", "/voila/render/simulator.ipynb", "/voila/api/contents", "/api/contents",
        "/api/terminals", "/api/sessions", "/lab", "/tree", "/files/manifest.json", "/simulator.ipynb",
    ],
)  # fmt: skip
def test_anything_else_does_not_exist(server, path):
    answer, body = ask(server, path)
    assert answer.status in {403, 404}
    assert b"Maison" not in body
    assert b"run_id" not in body


@pytest.mark.parametrize(
    "prefix", ["/demo/", "/", "/voila/static/", "/voila/templates/lab/static/", "/voila/labextensions/"]
)
@pytest.mark.parametrize("hop", ["../../../../etc/passwd", quote("../../../../etc/passwd", safe=""), "..%2f..%2f..%2fetc/passwd",
                                 "....//....//etc/passwd", "..\\..\\etc\\passwd", "%2e%2e/%2e%2e/etc/passwd"])  # fmt: skip
def test_no_path_leaves_what_is_served(server, prefix, hop):
    answer, body = ask(server, prefix + hop)
    assert answer.status in {400, 403, 404, 500}
    assert b"root:" not in body


@pytest.mark.parametrize(
    "query", ["theme=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "template=unknown", "template=../../x"]
)
def test_a_page_cannot_be_changed_by_its_address(server, query):
    plain = ask(server, PAGE)[1]
    answer, body = ask(server, f"{PAGE}?{query}")
    assert (answer.status, body) == (200, plain)


def test_a_new_run_is_seen_on_the_next_request_and_a_changed_page_is_refused(server, tmp_path):
    reports = server.reports
    run = build_sample_run(tmp_path, analysis="other", without={"simulator"})
    render_pages(run)
    shutil.copytree(tmp_path / "other", reports / "other")
    try:
        first = ask(server, "/other/strategic.fr.html")[0]
        assert first.status == 200
        newer = reports / "other" / "20261006-001"
        shutil.copytree(run, newer)
        page = newer / "pages" / "strategic.fr.html"
        page.write_text(page.read_text().replace("283", "999"))
        (reports / "other" / "latest").write_text("20261006-001\n")
        refused, body = ask(
            server, "/other/strategic.fr.html", headers={"If-None-Match": first.getheader("Etag")}
        )
        assert refused.status == 503
        assert "n'est pas valide" in body.decode().replace("&#39;", "'")
        assert "+999" not in body.decode()
        (newer / "pages" / "manifest.json").unlink()
        assert ask(server, "/other/strategic.fr.html")[0].status == 404
        index = ask(server, "/index.en.html")[1].decode()
        assert index.count("Home &amp; Garden") == 2
        assert ask(server, "/")[0].status == 200
    finally:
        shutil.rmtree(reports / "other")
    assert ask(server, "/")[0].getheader("Location").endswith("/demo/strategic.fr.html")


def test_the_pages_hold_no_path_of_this_machine(server):
    for page in ("strategic", "steering", "operational"):
        body = ask(server, f"/demo/{page}.en.html")[1].decode()
        assert str(server.reports) not in body
        assert "Traceback" not in body
        assert server.token not in body
