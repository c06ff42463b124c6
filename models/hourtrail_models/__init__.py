"""What can predict: encoder, ranker, calibration, threshold selection, and the bundled weights with their digests."""
