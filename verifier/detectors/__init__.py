"""Pure plug-ins that turn evidence into findings; each file is one detector."""
