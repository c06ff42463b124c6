"""The database: one schema on SQLite and PostgreSQL, append-only where the product promises it."""
