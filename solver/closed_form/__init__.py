"""The echelon order-up-to rule in closed form.

``order_up_to`` is the rule for chains and trees, ``echelon_sum`` sums over all at and below a
point, ``backorders`` ships what is owed as soon as its origin has it.
"""
