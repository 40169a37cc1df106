"""What a keypress or a command means: every behaviour of the product, without a screen."""
