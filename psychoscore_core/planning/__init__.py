"""From a profile to a plan: the control map, what the user gives, timelines of states, and what repeats."""
