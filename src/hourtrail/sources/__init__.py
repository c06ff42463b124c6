"""Readers of the outside world: each turns a file, a folder or a repository into records or located refusals."""
