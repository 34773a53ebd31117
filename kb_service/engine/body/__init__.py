"""The body of a rule: its parts, and what a store answers to them when some variables are known."""
