"""Open files and databases, recognise the exports of tools, put columns under our names."""

from mmm.sources.database import Database
from mmm.sources.reading import read_sources
from mmm.sources.table import SourceTable

__all__ = ["Database", "SourceTable", "read_sources"]
