print("exports the dashboard as CSV")
