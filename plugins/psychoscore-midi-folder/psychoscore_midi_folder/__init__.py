"""Folders of MIDI files as datasets: any folder, the Lakh MIDI Dataset, MAESTRO; filters, duplicates, bar tracking."""
