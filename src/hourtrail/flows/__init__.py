"""Use cases: chain the steps and open the transaction."""
