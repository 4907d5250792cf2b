"""How Sphinx builds the documentation."""

import printkit

project = "printkit"
author = "printkit contributors"
copyright = "2026, printkit contributors"  # noqa: A001  # Sphinx wants this name
version = release = printkit.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"printkit {version}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

nitpicky = True
# Only our own names are looked up: the inventories of other projects lie on the network, and a build needs none.
nitpick_ignore_regex = [("py:.*", r"(?!printkit\.).*"), ("py:.*", r"printkit\.(\w+\.)*_\w+")]

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_use_type_comments = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
