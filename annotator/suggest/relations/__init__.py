"""Relations between suggested spans, by rules or by what was learned."""
