"""Pure plug-ins that list the elementary changes between two recipes; each file is one family."""
