"""Learning from finished documents: phrase memory, tagger, calibration, and learned versions on disk."""
