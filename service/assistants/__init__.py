"""What AI assistants are served: tools over the library, in results short enough for a model to read whole."""
