"""Small worlds of collections and what is asked of them: the engine against slow Python."""
