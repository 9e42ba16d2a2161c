"""Write what in the documents follows from the code: ``python -m docs.tools``.

The picture and the table of ARCHITECTURE.md, and the tables of key figures and policies.
"""

from __future__ import annotations

from docs.tools import architecture, code_tables

for module in (architecture, code_tables):
    module.main()
