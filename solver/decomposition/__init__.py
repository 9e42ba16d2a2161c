"""Large chains by blocks of products: prices, quotas, master, memory.

``decompose`` is the whole way. ``partition`` cuts the chain into blocks and ``block`` solves one;
``initial_prices`` come from a sample of the products; ``passes`` solves all blocks at prices, then
within ``quotas``; ``master`` mixes what blocks propose; ``memory`` says how many may keep their
programs.
"""
