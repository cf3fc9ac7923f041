"""What a report says, as plain data that terminal, PDF and screen draw the same."""
