"""Tests of pure code: no engine, no network."""
