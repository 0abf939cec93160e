"""Scripts in their isolate."""
