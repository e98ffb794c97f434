"""What makes a log prove itself: canonical JSON, RFC 6962 trees."""
