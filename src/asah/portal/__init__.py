"""The portal: the year's development of civil servants in a browser."""
