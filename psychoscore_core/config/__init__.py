"""The layered config: `layers.load_project` reads it, `model.Project` is what it becomes."""
