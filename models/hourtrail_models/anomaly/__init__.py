"""What is unusual: a prior that needs no review, and trees that learn from verdicts."""
