"""What is learned from finished documents, and how it changes what is suggested."""
