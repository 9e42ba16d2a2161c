"""The command line: a module for each command or family, heavy imports inside them only.

``cli`` puts them together: ``inputs`` (init, check, schema), ``plan``, ``report``, ``forecast``,
``backtest`` (and simulate), ``study`` (and bench), ``train``, ``brains``, ``app``. They share
``options``, ``errors`` (a line and an exit code), ``progress``, ``interrupt`` (Ctrl-C at once) and
the room ``text``, which is what they print.
"""
