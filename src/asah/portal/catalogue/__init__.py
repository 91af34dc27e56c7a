"""What can be offered: programmes with their expected gain, offerings, resources and prices."""
