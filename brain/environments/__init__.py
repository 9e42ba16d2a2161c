"""What brains learn in: chains, episodes, observations, Gymnasium environments.

``training_chains`` draws chains, ``serial_chains`` lays them side by side as one scenario,
``episodes`` gives them demand, ``chain_batch`` says what a safety stock costs there and
``brain_orders`` what it orders. ``observation`` is what an environment shows; ``inventory_env``
decides safety stocks, ``correction_env`` corrects the textbook's as a brain does.
"""
