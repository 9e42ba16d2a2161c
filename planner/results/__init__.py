"""Results as files: the folder of a plan, the workbook, and reading both back."""
