"""Work that several people do: assignments, bundles to take along, merging, seals."""
