"""The live simulator: sliders answer by keyboard, in both languages, and nobody can run code through it."""

import asyncio
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import tornado.httpclient
import tornado.websocket

READY = 60_000


@pytest.mark.parametrize(
    ("language", "same", "gain"),
    [("fr", "C'est le plan actuel", "marge nette"), ("en", "This is the current plan", "net margin")],
)
def test_a_slider_moved_by_keyboard_changes_the_answer(visit, server, screenshots, language, same, gain):
    page = visit.page
    page.goto(f"{server.address}/demo/simulator.{language}.html")
    page.locator(".mmm-answer .mmm-says").wait_for(timeout=READY)
    assert same in page.locator(".mmm-says").inner_text()
    page.locator(".noUi-handle").nth(2).focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        f"document.querySelector('.mmm-says').innerText.includes({json.dumps(gain)})", timeout=READY
    )
    assert re.search(r"\d+\s?%", page.locator(".mmm-says").inner_text())
    page.click("text=Plan recommandé" if language == "fr" else "text=Recommended plan")
    page.wait_for_timeout(800)
    page.screenshot(path=screenshots / f"simulator_{language}.png", full_page=True)
    assert (visit.errors, visit.foreign) == ([], [])


def test_the_simulator_of_an_unknown_analysis_starts_no_kernel(visit, server):
    assert visit.page.goto(f"{server.address}/nope/simulator.fr.html").status == 404


def test_a_viewer_cannot_run_code_in_the_kernel(visit, server, tmp_path):
    page = visit.page
    page.goto(f"{server.address}/demo/simulator.en.html")
    page.locator(".mmm-answer .mmm-says").wait_for(timeout=READY)
    kernel = re.search(r'"kernelId": "([0-9a-f-]+)"', page.content()).group(1)
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
    sentinel = tmp_path / "executed"
    code = f"open({str(sentinel)!r}, 'w').write('x')"

    async def try_it() -> None:
        address = f"ws{server.address[4:]}/api/kernels/{kernel}/channels?token={server.token}"
        request = tornado.httpclient.HTTPRequest(address, headers={"Cookie": cookies})
        socket = await tornado.websocket.websocket_connect(request)
        for channel in ("shell", "control"):
            header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": "s", "username": "u",
                      "version": "5.3", "date": "2026-10-05T00:00:00Z"}  # fmt: skip
            content = {
                "code": code,
                "silent": False,
                "store_history": False,
                "user_expressions": {},
                "allow_stdin": False,
            }
            message = {
                "header": header,
                "parent_header": {},
                "metadata": {},
                "content": content,
                "channel": channel,
            }
            await socket.write_message(json.dumps(message))
        await asyncio.sleep(3)
        socket.close()

    with ThreadPoolExecutor(1) as apart:  # Playwright has an event loop of its own
        apart.submit(asyncio.run, try_it()).result(60)
    assert not sentinel.exists()
