"""Plans of 200 to 100,000 products: time, memory, gap."""
