"""The command line: the shell face of the flows."""
