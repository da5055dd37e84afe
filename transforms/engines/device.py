"""Where the engines of the image side run, and what else the config says to all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import ConfigError

DEVICE_KEY = "engines.device"


class Device(StrEnum):
    """``engines.device``: ``auto`` takes a GPU if one answers, ``cuda`` insists on one."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def told(device: Device) -> str:
    """What an engine's settings say of where it runs: nothing for the CPU."""
    return "" if device is Device.CPU else f" device={device.value}"


def torch_device(device: Device) -> str:
    """``cpu`` or ``cuda``, as torch names it. Raises ConfigError if CUDA is asked for and not there."""
    import torch

    if device is not Device.CPU and torch.cuda.is_available():
        return "cuda"
    if device is Device.CUDA:
        raise ConfigError(DEVICE_KEY, device.value, "torch sees no GPU: choose auto or cpu")
    return "cpu"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """``other_weights``: weights of a known engine that are not those its makers published are taken."""

    device: Device = Device.CPU
    other_weights: bool = False
