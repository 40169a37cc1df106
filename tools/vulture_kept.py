"""Names that vulture takes for dead code and that are used all the same, with who uses them.

Only ``make check`` reads this module; nothing imports it.
"""

# mypy: ignore-errors
# ruff: noqa: B018, F821

# sqlite3 reads it when it makes a row.
_.row_factory

# Kinds of documents name their readers in text, so that each is imported when it is needed.
_.read_page
_.read_pdf
_.read_docx
_.read_epub
_.read_eml
_.read_mbox
_.read_mhtml
_.read_feed

# click calls them to find a command, to list all, and to write the overview of them.
_.list_commands
_.get_command
_.format_commands

# Textual reads or calls them: titles and styles, what is in focus at first, sizes, painting, messages, errors.
_.TITLE
_.CSS
_.AUTO_FOCUS
_.border_subtitle
_.control
_.get_content_height
_.get_content_width
_.container
_.viewport
_.render_line
_.render_lines
_.window_virtual_size
_._fatal_error
_.run_input_thread
_.panic

# Textual asks it what may be run, and a driver to pass a message on, to open an address or to save a file.
_.check_action
_.open_url
_.deliver_binary
_.send_message

# dkpro-cassis writes it into the file.
_.sofa_mime

# msgspec writes every field of the card of a learned model.
_.created_at
_.leaning

# Tuples are compared by it.
_.unshared

# Suggesters of other packages are written against it: docs/extending.md.
_.SuggesterFactory

# Tests in a browser use it.
_.let_read_clipboard
_.pages
_.point

# Click's completion of command lines calls these.
_.source_template
_.get_completion_args
_.format_completion

# Programs call them: they are the interface of annotator.api, which docs/python.md explains.
_.ingest_files
_.put_layer
_.relation_labels
_.suggest_texts
