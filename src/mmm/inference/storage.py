"""A fit as one netCDF file: groups `draws`, `stats` and `design`, the specification as JSON."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mmm.errors import UserInputError
from mmm.inference.member_storage import member_of, plain_member
from mmm.inference.records import Fit
from mmm.model import Design, spec_from_dict
from mmm.model.baseline import Baseline
from mmm.model.geo_design import GeoDesign
from mmm.model.media_prior import MediaPrior
from mmm.model.shape_prior import ShapePrior

FORMAT = 2
_ENGINE: Any = "h5netcdf"


def save_fit(fit: Fit, path: Path | str) -> None:
    """Write a fit to a netCDF file."""
    compressed = {"zlib": True, "complevel": 1, "shuffle": True}
    encoding = {name: compressed for name, values in fit.draws.items() if values.ndim > 1}
    described = fit.draws.assign_attrs(
        format=FORMAT,
        spec=json.dumps(fit.spec.to_dict()),
        design=json.dumps(_plain(fit.design)),
        seed=fit.seed,
        attempts=fit.attempts,
        engine=fit.engine,
        notice=fit.notice,
        is_partial=int(fit.is_partial),
        members=json.dumps([plain_member(member) for member in fit.members]),
    )
    described.to_netcdf(path, mode="w", group="draws", engine=_ENGINE, encoding=encoding)
    fit.stats.to_netcdf(path, mode="a", group="stats", engine=_ENGINE)


def load_fit(path: Path | str) -> Fit:
    """Read a fit written by `save_fit`.

    Raises
    ------
    UserInputError
        The file is missing, is not a fit, or was written by a later version.
    """
    try:
        draws = xr.load_dataset(path, group="draws", engine=_ENGINE)
        stats = xr.load_dataset(path, group="stats", engine=_ENGINE)
    except (OSError, KeyError) as error:
        raise UserInputError(
            str(path), [f"not a posterior ({error}), expected a file written by a fit: run the model again"]
        ) from None
    version = draws.attrs.get("format")
    if version != FORMAT:
        raise UserInputError(
            str(path), [f"format {version}, expected {FORMAT}: run the model again with this version"]
        )
    attributes = dict(draws.attrs)
    draws.attrs = {}
    spec = spec_from_dict(json.loads(attributes["spec"]))
    return Fit(
        spec=spec,
        design=_design(json.loads(attributes["design"])),
        draws=draws,
        stats=stats,
        seed=int(attributes["seed"]),
        attempts=int(attributes["attempts"]),
        engine=str(attributes["engine"]),
        notice=str(attributes.get("notice", "")),
        is_partial=bool(attributes.get("is_partial", 0)),
        members=tuple(member_of(values) for values in json.loads(attributes.get("members", "[]"))),
    )


def _plain(record: Any) -> Any:
    """Records and arrays as what JSON can hold; floats keep every digit."""
    if isinstance(record, np.datetime64):
        return {"dates": [str(record)], "shape": []}
    if isinstance(record, np.ndarray):
        if record.dtype.kind == "M":
            return {"dates": [str(day) for day in record], "shape": list(record.shape)}
        return {"values": record.ravel().tolist(), "shape": list(record.shape), "kind": record.dtype.kind}
    if isinstance(record, Design | Baseline | MediaPrior | ShapePrior | GeoDesign):
        return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}
    return list(record) if isinstance(record, tuple) else record


def _rebuilt(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value
    if "dates" in value:
        dates = np.array(value["dates"], dtype="datetime64[ns]")
        return dates.reshape(value["shape"]) if value["shape"] else dates[0]
    kinds = {"i": np.int64, "b": np.bool_}
    return np.array(value["values"], dtype=kinds.get(value["kind"], np.float64)).reshape(value["shape"])


def _design(values: dict[str, Any]) -> Design:
    media = {name: _rebuilt(value) for name, value in values.pop("media_prior").items()}
    baseline = {name: _rebuilt(value) for name, value in values.pop("baseline").items()}
    shape = {name: _rebuilt(value) for name, value in values.pop("shape_prior").items()}
    by_geo = values.pop("geo", None)
    geo = GeoDesign(**{name: _rebuilt(value) for name, value in by_geo.items()}) if by_geo else None
    plain = {name: _rebuilt(value) for name, value in values.items()}
    return Design(
        **plain,
        geo=geo,
        media_prior=MediaPrior(**media),
        shape_prior=ShapePrior(**shape),
        baseline=Baseline(**baseline),
    )
