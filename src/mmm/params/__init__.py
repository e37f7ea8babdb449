"""One YAML file in, frozen and validated `RunParams` out."""

from mmm.params.run import RunParams

__all__ = ["RunParams"]
