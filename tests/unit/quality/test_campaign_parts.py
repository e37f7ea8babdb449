"""Names taken apart by the convention. Evidence: files of four weeks."""

from four_weeks import FILES
from mmm.quality import campaign_parts
from mmm.sources import read_sources


def test_each_part_of_each_name_is_a_row_and_a_wrong_name_is_read_as_meant(make_params):
    tv = FILES["tv"].replace("2026-09-07,FR_TV_BRAND_2026Q3", "2026-09-07,FR-TV-BRAND-2026Q3")
    params = make_params({"tv": tv})
    found = campaign_parts(params, read_sources(params))
    wrong = found[found["campaign"] == "FR-TV-BRAND-2026Q3"]
    assert set(wrong["meant"]) == {"FR_TV_BRAND_2026Q3"}
    assert not wrong["follows"].any()
    assert dict(zip(wrong["part"], wrong["value"], strict=True)) == {
        "country": "FR",
        "tool": "TV",
        "objective": "BRAND",
        "quarter": "2026Q3",
    }
    assert len(found) == 3 * 4
    assert found.loc[found["campaign"] == "FR_SEA_ACQ_2026Q3", "channel"].unique().tolist() == ["search"]


def test_without_a_convention_there_are_no_parts(make_params):
    params = make_params(naming=None)
    assert campaign_parts(params, read_sources(params)).empty
