"""What is known of people's performance: taken in, corrected, and kept as it was once a period is over."""
