"""What the platform does, as typed tables and rules, each with its source and the date it was seen."""
