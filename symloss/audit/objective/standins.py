"""What stands for an XGBoost DMatrix or a LightGBM Dataset while a function is probed."""

from __future__ import annotations

from typing import Any

import numpy as np

from symloss.errors import ParameterError

from .probe import Array, Probe


class Data:
    """Label and weight of some samples behind the methods that both libraries give to an objective.

    The numbers are float64, where the libraries hold float32, so that what is found is the formula's. ``asked`` holds
    the names of what the function read: a function that never asks for weights cannot respect them.
    """

    def __init__(self, probe: Probe) -> None:
        self.asked: set[str] = set()
        self._fields = {
            "label": probe.target,
            # Without weights XGBoost gives an empty array, and LightGBM None.
            "weight": probe.weight,
            "base_margin": probe.raw,
            "init_score": probe.raw,
            "group": None,
        }

    def get_label(self) -> Array:
        """The targets."""
        return self._get("label")

    def get_weight(self) -> Array:
        """The weights; none is an empty array, as XGBoost has it."""
        return self._get("weight")

    def get_base_margin(self) -> Array:
        """The raw predictions that training starts from."""
        return self._get("base_margin")

    def get_init_score(self) -> Array:
        """LightGBM's name for the same."""
        return self._get("init_score")

    def get_group(self) -> Array:
        """Sizes of groups: there are none."""
        return self._get("group")

    def get_field(self, name: str) -> Array:
        """LightGBM: a field by name."""
        return self._get(name)

    def get_float_info(self, name: str) -> Array:
        """XGBoost: a field by name."""
        return self._get(name)

    @property
    def label(self) -> Array:
        """LightGBM keeps what it was given as attributes too."""
        return self._get("label")

    @property
    def weight(self) -> Array:
        return self._get("weight")

    def num_row(self) -> int:
        """XGBoost: how many samples."""
        return len(self._fields["base_margin"])

    def num_data(self) -> int:
        """LightGBM: how many samples."""
        return self.num_row()

    def num_col(self) -> int:
        """XGBoost: how many features; there is one."""
        return 1

    def num_feature(self) -> int:
        """LightGBM: how many features; there is one."""
        return 1

    def _get(self, name: str) -> Array:
        if name not in self._fields:
            raise ParameterError(f"a training matrix has no field {name!r}; expected one of {', '.join(self._fields)}")
        self.asked.add(name)
        return self._none() if self._fields[name] is None else self._fields[name]

    def _none(self) -> Any:
        return np.empty(0)


class Dataset(Data):
    """As LightGBM has it: what was not given is None."""

    def _none(self) -> Any:
        return None
