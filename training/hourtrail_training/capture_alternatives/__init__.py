"""Other ways to make blocks than the product's, measured beside it: what decision 0007 left out, and by which numbers."""
