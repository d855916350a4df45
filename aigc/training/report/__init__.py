"""A training as a page for people: curves, before and after, and what was left out and why."""
