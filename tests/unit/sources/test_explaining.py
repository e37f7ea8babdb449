"""Files without params: what is known is said, what is not is proposed or asked.

Evidence: files written here.
"""

import pytest

from mmm.params import read_params
from mmm.sources import explain_file
from mmm.sources.title_range import title_range


def explain(tmp_path, text, name="file.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return explain_file(tmp_path / name)


def test_columns_of_an_unknown_file_are_proposed_with_what_to_declare(tmp_path):
    explained = explain(
        tmp_path,
        "Semaine du;Levier;Nom campagne;Dépenses HT;Affichages;Clics\n"
        "31/08/2026;Display;ete_1;1 200,50;10 000;120\n",
        "regie.csv",
    )
    assert explained.is_proposed
    assert explained.content == "media"
    assert dict(explained.columns) == {
        "date": "Semaine du",
        "campaign": "Nom campagne",
        "spend": "Dépenses HT",
        "impressions": "Affichages",
        "clicks": "Clics",
        "channel": "Levier",
    }
    assert explained.unused == ()
    assert explained.sums["spend"] == 1200.5
    assert explained.declaration == (
        "regie:\n  content: media\n"
        f"  path: {tmp_path / 'regie.csv'}\n  columns:\n    date: Semaine du\n    campaign: Nom campagne\n"
        "    spend: Dépenses HT\n    impressions: Affichages\n    clicks: Clics\n    channel: Levier\n"
        "  currency: ?           # the file does not say it"
    )


def test_a_column_whose_cells_are_not_of_its_kind_is_not_proposed(tmp_path):
    explained = explain(tmp_path, "date;cost;spend\n2026-09-07;cheap;12\n2026-09-08;dear;13\n")
    assert explained.columns["spend"] == "spend"


def test_transactions_are_told_from_media(tmp_path):
    explained = explain(tmp_path, "Client;Date d'achat;Montant\nC1;2026-09-07;12,5\n")
    assert explained.content == "transactions"
    assert dict(explained.columns) == {"customer": "Client", "date": "Date d'achat", "amount": "Montant"}


def test_what_cannot_be_decided_is_a_problem(tmp_path):
    explained = explain(tmp_path, "Jour;Dépenses\n07/09/2026;12\n")
    assert len(explained.problems) == 1
    assert "may be day/month or month/day" in explained.problems[0]


def test_a_file_of_nothing_known_asks(tmp_path):
    explained = explain(tmp_path, "a;b\n1;2\n")
    assert explained.problems == (
        "no known tool and no column that looks like ours: declare `content` and `columns`, "
        "or leave the file out",
    )


def test_a_summary_row_without_a_name_is_left_out_when_it_is_the_sum(tmp_path):
    head = "Reporting starts,Reporting ends,Day,Campaign name,Amount spent (EUR)\n"
    rows = "2026-09-01,2026-09-01,2026-09-01,a,10.5\n2026-09-02,2026-09-02,2026-09-02,b,2\n"
    assert explain(tmp_path, f"{head}2026-09-01,2026-09-02,,,12.5\n{rows}").sums["spend"] == 12.5
    assert explain(tmp_path, f"{head}2026-09-01,2026-09-01,2026-09-01,,12\n{rows}").sums["spend"] == 24.5


def test_a_range_of_days_is_read_from_title_lines():
    found = title_range(["# Date de début : 20260901", "# Date de fin : 20260930"])
    assert found is not None
    assert (str(found.first), str(found.last)) == ("2026-09-01", "2026-09-30")
    assert title_range(["Report Time: 9/1/2026,9/2/2026"]) is None
    assert title_range(["Date Generated: September 3, 2026", "September 1, 2026"]) is None


def test_a_total_energies_opportunity_is_no_total(tmp_path):
    explained = explain(
        tmp_path,
        "Opportunity Name,Stage,Amount,Close Date\nTotal Energies,Won,5,2026-05-31\n"
        "Totaux,Won,6,2026-05-30\nTotal,,11,\n\nCopyright (c) 2026 salesforce.com\n",
    )
    assert explained.rows == 2
    assert explained.sums["amount"] == 11.0


def test_a_campaign_report_without_days_covers_its_title_range(tmp_path):
    explained = explain(
        tmp_path,
        'Campaign report\n"September 1, 2026 - September 30, 2026"\nCampaign,Cost,Impr.,Clicks,Currency code\n'
        'A,"1,234.50","45,000",900,EUR\nB,10.00,500,3,EUR\nTotal: Account,"1,244.50","45,500",903,EUR\n',
    )
    assert explained.said.startswith("Google Ads EN, ")
    assert (explained.rows, explained.sums["spend"]) == (2, 1244.5)
    assert (str(explained.first), str(explained.last)) == ("2026-09-01", "2026-09-30")


def test_a_total_without_a_label_is_left_out_of_a_traffic_report(tmp_path):
    explained = explain(
        tmp_path,
        "# Start date: 20260901\n# End date: 20260930\n\nSession source / medium,Sessions,Key events\n"
        ",30,1\ngoogle / cpc,20,1\n(direct) / (none),10,0\n",
    )
    assert (explained.rows, explained.sums["visits"]) == (2, 30)


def test_a_short_year_is_not_guessed_but_its_columns_are_proposed(tmp_path):
    explained = explain(tmp_path, "Date;Canal;Coût\n26/09/01;TV;12,5\n26/09/02;TV;3,5\n")
    assert (explained.content, explained.unreadable) == ("media", 2)


def test_a_total_with_a_number_in_its_label_is_a_total_in_the_column_of_days(tmp_path):
    explained = explain(tmp_path, "By Day,Campaign name,Cost\n2026-09-01,A,12.5\nTotal of 1 results,-,12.5\n")
    assert (explained.rows, explained.unreadable, explained.sums["spend"]) == (1, 0, 12.5)


def test_what_every_sample_file_holds_is_proposed_as_the_sample_analysis_declares_it(root):
    # Evidence: params/demo.yaml, which declares the same files by hand
    for name, source in read_params(root / "params" / "demo.yaml").sources.items():
        explained = explain_file(root / "params" / source.path)
        assert explained.problems == (), name
        same = {"target": "outcome"}  # nothing in a file tells wanted sales from sales
        assert explained.content == same.get(source.content, source.content), name
        wanted = {} if source.content == "target" else source.columns
        assert {
            ours: header for ours, header in wanted.items() if explained.columns.get(ours) != header
        } == {}


@pytest.mark.parametrize(
    ("text", "content", "columns"),
    [
        (
            "jour;canal;prévu\n2026-09-07;tv;12\n",
            "plan",
            {"date": "jour", "channel": "canal", "spend": "prévu"},
        ),
        (
            "week,leads,orders\n2026-09-07,9,2\n",
            "funnel",
            {"date": "week", "leads": "leads", "sales": "orders"},
        ),
        ("Jour,Clics,Impressions,CTR,Position\n2026-09-07,9,90,10%,8.2\n", "seo", {"position": "Position"}),
    ],
)
def test_other_contents_are_told_from_media(tmp_path, text, content, columns):
    explained = explain(tmp_path, text)
    assert (explained.content, explained.problems) == (content, ())
    assert columns.items() <= explained.columns.items()


def test_the_declaration_of_sales_names_its_outcomes(tmp_path):
    explained = explain(tmp_path, "semaine;CA;nouveaux clients\n2026-09-07;12;3\n", "ventes.csv")
    assert explained.declaration.splitlines()[3:] == [
        "  columns:",
        "    date: semaine",
        "# and under `outcomes` (or, for a target: `content: target` and these in `columns`):",
        "#   revenue: {source: ventes, column: CA}",
        "#   new_customers: {source: ventes, column: nouveaux clients}",
    ]
