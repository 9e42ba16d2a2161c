"""The echelon order-up-to rule in closed form."""
