"""What changes in planning, one module a subject. Approval and the decree stand beside these."""
