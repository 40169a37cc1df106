"""Progress and provenance as data, then as tables and JSON."""
