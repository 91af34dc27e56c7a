"""Official documents as PDF, Word and Excel. A service: it is handed plain data and knows no stage."""
