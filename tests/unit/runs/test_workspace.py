"""What a run keeps of its params is what they said, in the order in which they said it."""

from datetime import date
from pathlib import Path

from mmm.params import read_params
from mmm.runs import Context
from mmm.runs.workspace import PARAMS, resolved, start

DEMO = Path(__file__).resolve().parents[3] / "params" / "demo.yaml"


def test_the_params_of_a_run_are_those_of_the_file_in_their_order(tmp_path):
    params = read_params(DEMO)
    kept = read_params(start(tmp_path, params, Context(as_of=date(2026, 10, 5))) / PARAMS)
    assert resolved(kept) == resolved(params)
    for name, source in params.sources.items():
        assert list(kept.sources[name].columns) == list(source.columns), (
            "order says what the funnel's stages are"
        )
        assert list(kept.sources[name].campaigns) == list(source.campaigns), "the first pattern wins"
    assert list(kept.channels) == list(params.channels)
    assert list(kept.sources["funnel"].columns)[1:] == ["visits", "leads", "mql", "sql", "sales"]
