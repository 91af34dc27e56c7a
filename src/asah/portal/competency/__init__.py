"""What is expected: the framework of competencies with levels and anchors, and the standard of each post."""
