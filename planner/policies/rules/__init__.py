"""What policies share: the protocol, lot rules, the flow of mean demand, and what they need.

``policy`` is the protocol, ``lot_rules`` rounds orders, ``flow`` leads mean demand through a
chain, ``optional`` names what the base install leaves out.
"""
