"""The contenders: each module has ``export(task)``, which returns the file it has written."""
