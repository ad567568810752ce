"""Folder in, `Project` out; the only stage that reads the examined tree."""
