"""What happens to a fault of ours: it is logged, shown with its details, and the work goes on."""
