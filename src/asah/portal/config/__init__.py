"""Settings, addresses and the two servers (pages and jobs) of the portal."""
