"""The page Plan: open an input, plan it, look through the plan, change it, keep it.

``page`` begins with ``layout``, which stands on a ``context`` and draws ``input_section``,
``result_section``, ``browse_section``, ``edit_section`` and ``files_section`` from the
``page_state``. ``session`` remembers and asks its process for ``tasks``; ``queries`` looks things
up there, ``headline`` says what is shown first, and ``uploads`` takes files in.
"""
