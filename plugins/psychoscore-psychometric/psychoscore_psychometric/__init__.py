"""The profile encoder `psychometric`."""
