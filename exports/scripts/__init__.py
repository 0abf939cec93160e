"""Runs a script of an administrator, apart from everything. Knows no Django."""
