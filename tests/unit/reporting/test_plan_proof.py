"""What the strategic page says of how sure the plan is."""

import re
from dataclasses import replace
from html import unescape

from mmm.reporting import page_section, read_report
from sample_run import build_sample_run


def text(html: str) -> str:
    """Keep what a reader sees, without drawings and with ordinary spaces."""
    bare = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(bare)).replace("\u202f", " ").replace("\u00a0", " ")


def test_the_proof_the_chance_and_the_regret_are_said_in_words(french, english):
    said = text(page_section(french, "strategic", "proof"))
    assert "Démontré : dans les mêmes limites, aucun plan ne rapporterait plus de 620 € de marge" in said
    assert "Probabilité que le plan recommandé rapporte plus que le plan actuel : 93 %." in said
    assert "s'attendre à laisser 52,0 k€ avec ce plan, 335 k€ en gardant le plan actuel" in said
    said = text(page_section(english, "strategic", "proof"))
    assert "expect to leave €52.0k with this plan, €335k by keeping today's" in said


def test_without_a_bound_the_page_promises_no_proof(tmp_path):
    report = read_report(build_sample_run(tmp_path), "en")
    summary = report.table("allocation_summary")
    bare = replace(
        report, tables={**report.tables, "allocation_summary": summary[summary["quantity"] != "gap"]}
    )
    said = text(page_section(bare, "strategic", "proof"))
    assert "No certificate: a better plan may exist" in said and "Proved" not in said


def test_today_has_regret_but_no_gain_over_itself(english):
    html = page_section(english, "strategic", "proof")
    rows = [text(row) for row in re.findall(r"<tr.*?</tr>", html, flags=re.S)]
    today = next(row for row in rows if "Today" in row)
    assert "€335k" in today and today.count("–") == 2


def test_the_surest_and_the_least_sure_move_are_named(english):
    # Rises are agreed by 90 % of draws, cuts by 70 %; a channel that keeps its budget counts for neither.
    said = text(page_section(english, "strategic", "optimum"))
    assert re.search(r"Clearest: \w[^,]*, 90% of the model's scenarios", said)
    assert "Least clear:" in said and "70%" in said and "TV =" not in said.partition("Clearest")[2][:160]


def test_geos_are_named_in_the_reader_s_language_and_add_their_channels(french):
    said = text(page_section(french, "strategic", "geography"))
    assert "Ouest" in said and "Est" in said and "+21,0 k€ de marge" in said
    cells = french.table("allocation_by_geo")
    west = cells[cells["geo"] == "west"]["recommended"].sum()
    assert french.money(west).replace("\u202f", " ").replace("\u00a0", " ") in said
