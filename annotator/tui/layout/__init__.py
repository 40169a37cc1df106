"""What a screen shows, worked out without a screen: rows, lanes, arcs, figures. Pure."""
