"""The people whose development is planned: roster, posts, places, and the history of who worked where."""
