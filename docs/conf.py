"""How Sphinx builds the documentation."""

import enum
import re

import attrs
from pygments.lexers.shell import BashLexer
from sphinx.application import Sphinx
from sphinx.highlighting import lexers

import printkit

project = "printkit"
author = "printkit contributors"
copyright = "2026, printkit contributors"  # noqa: A001  # Sphinx wants this name
version = release = printkit.__version__

lexers["console"] = BashLexer()  # our commands have no prompt, without which the usual lexer takes them for output

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
pygments_dark_style = "github-dark"  # the theme's own underlines module names
html_title = f"printkit {version}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

nitpicky = True
# Only our own names are looked up: the inventories of other projects lie on the network, and a build needs none.
nitpick_ignore_regex = [
    ("py:.*", r"(?!printkit\.).*"),
    ("py:.*", r"printkit\.\w+\.(_\w+|T|T_co)"),  # private names and type variables
]

toc_object_entries_show_parents = "hide"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_use_type_comments = False
autodoc_preserve_defaults = True  # as they are written: an evaluated one may be the environment of whoever builds this
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True


def keep_colons(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Napoleon takes what stands before a colon in an attribute's first line for its type, so an empty comment comes first."""
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]


def spell_defaults(app: Sphinx, what: str, name: str, obj: type, options: object, signature: str | None, returns: str | None) -> object:
    """The signatures that attrs makes name a default by where it is kept; a reader wants to see it, or that there is one."""
    if what not in {"class", "exception"} or signature is None or not attrs.has(obj):
        return None
    kept = {field.name: field.default for field in attrs.fields(obj)}
    return re.sub(r"attr_dict\['(\w+)'\]\.default", lambda found: _spelled(kept[found[1]]), signature).replace(
        "= NOTHING", "= ..."
    ), returns


def _spelled(default: object) -> str:
    if isinstance(default, enum.Enum):
        return f"{type(default).__name__}.{default.name}"
    return repr(default) if default is None or isinstance(default, (bool, int, float, str, tuple)) else "..."


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", spell_defaults)
    app.connect("autodoc-process-docstring", keep_colons, priority=100)
