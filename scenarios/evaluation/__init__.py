"""What a run is worth: key figures, and the audit from the raw data.

``kpis`` defines every key figure once; ``discounted_profit`` is what counts where every unit has
its price. ``ledger`` holds the books of a run or a plan, ``ledger_tables`` reads them back from a
plan's tables, and ``audit`` checks them against the scenario without using the dynamics.
"""
