"""From raw tables to checked arrays, all errors at once.

``typed_table`` turns cells into typed values; ``lookup`` names and dates into indices;
``assortment`` says which product is kept where; ``rules`` holds what must agree between tables;
``calendar`` dates past sales, ``sales_history`` counts them by period, ``history_warnings`` says
what is odd about them; ``build`` makes the frozen arrays of a scenario.
"""
