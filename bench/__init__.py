"""Speed and memory, printed as ratios against other tools on the same data."""
