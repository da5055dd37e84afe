"""Vision-language models that answer questions on images: on this machine, or behind an endpoint."""
