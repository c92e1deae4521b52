"""How Sphinx makes the documentation: `make docs`."""

from importlib.metadata import version as version_of

project = "Despatch Box"
author = "the Despatch Box project"
release = version = version_of("despatch-box")
language = "en_GB"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["units/*"]

# Headings can be linked to, as they can where the pages are read as plain Markdown.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
# The names of types in signatures say enough without links to where they are described.
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "Despatch Box"
html_copy_source = False
html_show_sphinx = False
# Nothing is loaded from elsewhere: no fonts, no scripts, no pictures.
html_theme_options = {"source_edit_link": "", "top_of_page_buttons": []}
