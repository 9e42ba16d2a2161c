"""The documentation site: ``python -m sphinx -W -c docs . out/site``.

Pages lie where readers of the repository look for them, so the source is the whole tree.
"""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

project = "echelon-planner"
author = "echelon-planner contributors"
copyright = author
release = version = metadata.version("echelon-planner")

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_parser", "docs.tools.site"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/**/*.md", "*/README.md"]
exclude_patterns = [".*", "out", "build", "dist", "planner", "brain", "solver", "scenarios"]

# Every reference must lead somewhere; docs.tools.site knows names that have no page.
nitpicky = True
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
napoleon_numpy_docstring = True
napoleon_google_docstring = False
# A section "Attributes" lists what members describe themselves.
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_extra_path = ["site/index.html"]
