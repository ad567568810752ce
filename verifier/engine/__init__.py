"""All side effects on containers: recipe in, run out."""
