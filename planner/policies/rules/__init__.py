"""What policies share: the protocol, lot rules, the flow of mean demand, and what they need."""
