"""Taking in articles, and what other programs wrote about them."""
