"""Large chains by blocks of products: prices, quotas, master, memory."""
