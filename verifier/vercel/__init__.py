"""What the platform does: typed tables and rules, each with its source and the date it was seen."""
