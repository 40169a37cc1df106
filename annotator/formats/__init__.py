"""Reading and writing training and exchange formats, one module each; nothing here knows the store."""
