"""Questions put to the running app; each file is one probe."""
