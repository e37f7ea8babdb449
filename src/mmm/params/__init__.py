"""One YAML file in, frozen and validated `RunParams` out."""

from mmm.params.loading import read_params, redacted_url, resolved_url, schema_json
from mmm.params.run import RunParams
from mmm.params.schema_problems import nearest
from mmm.params.yaml_file import YamlFile, read_yaml

__all__ = [
    "RunParams",
    "YamlFile",
    "nearest",
    "read_params",
    "read_yaml",
    "redacted_url",
    "resolved_url",
    "schema_json",
]
