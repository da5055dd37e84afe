"""Weights for EasyOCR's real networks, set by hand: what is bright is text, and every text reads ``A``."""

SYMBOLS = 97
"""Characters of english_g2 and the blank."""


def save_weights(folder):
    """Writes both files into ``folder``, named and keyed as EasyOCR expects them."""
    import torch
    from easyocr.craft import CRAFT
    from easyocr.model.vgg_model import Model

    torch.save(_keyed(_bright_is_text(torch, CRAFT())), folder / "craft_mlt_25k.pth")
    reader = Model(1, 256, 256, SYMBOLS)
    torch.nn.init.zeros_(reader.Prediction.weight)
    torch.nn.init.zeros_(reader.Prediction.bias)
    with torch.no_grad():
        reader.Prediction.bias[1 + _place_of("A")] = 9.0
    torch.save(_keyed(reader), folder / "english_g2.pth")
    return folder


def _place_of(char):
    from easyocr.config import recognition_models

    return recognition_models["gen2"]["english_g2"]["characters"].index(char)


def _keyed(network):
    return {f"module.{name}": value for name, value in network.state_dict().items()}


def _bright_is_text(torch, network):
    """One channel of the first slice carries the brightness to the score; all else is nought."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.weight.zero_()
                module.bias.zero_()
        first = network.basenet.slice1[0]
        first.weight[0, :, 1, 1] = 1 / 3
        for index in (3, 7, 10):
            network.basenet.slice1[index].weight[0, 0, 1, 1] = 1
        network.upconv4.conv[0].weight[0, 64, 0, 0] = 1  # after the 64 channels from below
        network.upconv4.conv[3].weight[0, 0, 1, 1] = 1
        for index in (0, 2, 4):
            network.conv_cls[index].weight[0, 0, 1, 1] = 1
        for index in (6, 8):
            network.conv_cls[index].weight[0, 0, 0, 0] = 1
    return network
