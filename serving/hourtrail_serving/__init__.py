"""How people and programs meet Hourtrail: the HTTP API and the pages."""
