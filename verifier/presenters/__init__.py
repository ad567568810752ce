"""Pure plug-ins that render a report; each file is one format."""
