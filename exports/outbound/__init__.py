"""What leaves for the network at somebody's wish: to where it may go, and how. Knows no Django."""
