"""A laboratory of hidden causes, in which searches are measured without a single build."""
