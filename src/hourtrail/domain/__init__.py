"""Types and arithmetic of professional services; standard library only."""
