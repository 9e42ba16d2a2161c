"""The one timeline: state, step, costs and runs of it.

``step`` is one period, a pure function of ``state`` for NumPy and Torch; ``shipping``, ``queues``,
``ages`` and ``shelf_life`` say what leaves and what expires, and ``costs`` what a period costs.
``compiled`` makes a scenario ready for it, with its ``topology``. ``policy`` is the protocol of
who orders, ``run`` plays a scenario through, ``split`` a few products at a time, and
``trajectory`` notes and holds the run; ``rolling`` is the scenario some periods later.
"""
