"""An emotion model that listens: 128 numbers a frame of sound, a small recurrent net, a profile."""
