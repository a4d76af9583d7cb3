"""What the files of losses say of peers that differ by more than a factor, against those peers."""

from __future__ import annotations

import numpy as np
import pytest

import symloss as sl
from tests.registry.peers._rounds import SINGLE, lightgbm_derivatives, xgboost_derivatives

Y, F = np.array([0.4, 2.0, 3.0]), np.array([-0.5, 0.3, 1.2])


@pytest.mark.parametrize("far", [0.0, -5.0])
def test_xgboosts_weibull_times_have_their_derivatives_clipped(far: float) -> None:
    xgboost = pytest.importorskip("xgboost")
    d = np.array([1.0, 0.0, 1.0])
    labels = {"label_lower_bound": Y, "label_upper_bound": np.where(d == 1, Y, np.inf)}
    theirs = xgboost_derivatives(xgboost, "survival:aft", F + far, labels, aft_loss_distribution="extreme")
    ours = np.clip(sl.get("weibull_aft").gradient_and_hessian(Y, d, F + far), -15, 15)
    np.testing.assert_allclose(theirs, ours, rtol=SINGLE)
    assert (abs(ours) == 15).any() == (far < 0)


def test_lightgbms_poisson_hessian_is_ours_times_exp_of_max_delta_step() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    _, theirs = lightgbm_derivatives(lightgbm, "poisson", F, Y, poisson_max_delta_step=0.7)
    np.testing.assert_allclose(theirs, np.exp(0.7) * sl.get("poisson").hessian(Y, F), rtol=SINGLE)


def test_scikit_learns_identity_link_keeps_the_terms_in_the_target() -> None:
    losses = pytest.importorskip("sklearn._loss.loss")
    p = 1.5
    theirs = losses.HalfTweedieLossIdentity(power=p).loss(Y, np.exp(F))
    ours = sl.get("tweedie").value(Y, F, power=p) + Y ** (2 - p) / ((1 - p) * (2 - p))
    np.testing.assert_allclose(theirs, ours, rtol=1e-12)


def test_scikit_learns_tweedie_of_power_3_is_the_inverse_gaussian() -> None:
    losses = pytest.importorskip("sklearn._loss.loss")
    theirs = losses.HalfTweedieLoss(power=3).loss(Y, F)
    np.testing.assert_allclose(theirs, sl.get("inverse_gaussian").value(Y, F), rtol=1e-12)


def test_pytorchs_gaussian_keeps_the_variance_above_a_millionth() -> None:
    torch = pytest.importorskip("torch")
    y, mu, s = torch.tensor([0.5]), torch.tensor([0.5]), -20.0
    theirs = torch.nn.functional.gaussian_nll_loss(mu, y, torch.exp(torch.tensor([2 * s])))
    assert float(theirs) == pytest.approx(np.log(1e-6) / 2, rel=1e-6)
    assert sl.get("normal")(0.5, 0.5, s) == s
