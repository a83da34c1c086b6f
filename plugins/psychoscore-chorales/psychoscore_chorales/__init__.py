"""JSB Chorales: Bach's four-part chorales on a grid of sixteenth notes (Boulanger-Lewandowski et al. 2012)."""
