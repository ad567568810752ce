"""Pure plug-ins that compare two observations; each file is one comparator."""
