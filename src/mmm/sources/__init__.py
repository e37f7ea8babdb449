"""Open files and databases, recognise the exports of tools, put columns under our names."""

from mmm.sources.database import Database
from mmm.sources.explaining import Explanation, explain_file
from mmm.sources.reading import read_sources
from mmm.sources.table import SourceTable

__all__ = ["Database", "Explanation", "SourceTable", "explain_file", "read_sources"]
