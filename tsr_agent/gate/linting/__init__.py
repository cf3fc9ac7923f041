"""What a person should know about a file before it decides: errors and warnings with their places."""
