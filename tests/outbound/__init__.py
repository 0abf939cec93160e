"""Where messages may go, and how they get there."""
