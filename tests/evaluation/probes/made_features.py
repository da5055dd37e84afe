"""Features whose law is known: identity signatures, noise, and a planted direction that tells seen ones."""

import numpy as np

from evaluation.probes.layers import Probed


class MadeFeatures:
    """Layers held in memory."""

    def __init__(self, layers):
        self._layers = layers
        self.names = tuple(str(index) for index in range(len(layers)))

    def layer(self, index):
        return self._layers[index]


def made(seed, *, identities=40, images=10, dims=96, identity=0.0, memory=0.0, layers=1, planted=0):
    """``identities`` seen and as many unseen; ``identity``: length of signatures; ``memory``: of the planted
    direction, in layer ``planted`` alone. Returns (features, probed)."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(2 * identities), images)
    seen = who % 2 == 0
    found = []
    for index in range(layers):
        signature = rng.normal(size=(2 * identities, dims))
        direction = rng.normal(size=dims)
        direction /= np.linalg.norm(direction)
        layer = rng.normal(size=(len(who), dims)) + identity * signature[who]
        if index == planted:
            layer += memory * np.outer(2.0 * seen - 1, direction)
        found.append(layer.astype(np.float16))
    names = [f"person-{number}" for number in who]
    return MadeFeatures(found), Probed(seen, names, [f"image-{n}" for n in range(len(who))])
