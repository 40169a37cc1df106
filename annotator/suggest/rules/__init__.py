"""Entity rules: the stages that turn a document and a model's entities into spans to suggest."""
