"""The files of the data contracts: activities, master data and time entries, in CSV and JSON Lines.

``catalogue`` states every contract once; the parser, the JSON Schemas and the reference page are made from it.
"""

from hourtrail.sources.contract_files.entries import EntryFile, read_entries
from hourtrail.sources.contract_files.reading import read_all, read_numbered, read_records
from hourtrail.sources.contract_files.source import ContractFileSource

__all__ = ["ContractFileSource", "EntryFile", "read_all", "read_entries", "read_numbered", "read_records"]
