"""What the annotate and the adjudicate screen share: one document's text, its cursor, and the keys that move in it."""
