"""Documents, and what makes and checks them (``docs.tools``)."""
