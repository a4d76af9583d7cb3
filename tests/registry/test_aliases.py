"""An alias returns what the peer of that name returns, factor included."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import symloss as sl
from tests.laws.sampling import draw
from tests.registry.peers import peers

SAMPLES = 12


@pytest.mark.parametrize("alias", sorted(peers()))
def test_an_alias_returns_the_peers_value(alias: str) -> None:
    peer = peers()[alias]
    module = pytest.importorskip(peer.module)
    loss = sl.get(alias)
    batch = draw(loss, SAMPLES)
    parameters = {p.name: p.default for p in loss.parameters if p.default is not None} | dict(peer.parameters)
    # What has no default in ours is drawn, as ``n.name`` for the peer too.
    parameters = {**batch.parameters, **parameters}
    theirs = peer.function(module, SimpleNamespace(**batch.arrays, **parameters))
    ours = getattr(loss, peer.kind)(**batch.arrays, **parameters)
    np.testing.assert_allclose(theirs, ours, rtol=peer.rtol, atol=0)


def test_every_peer_has_its_alias() -> None:
    known = {alias for name in sl.names() for alias in (name, *sl.get(name).aliases)}
    assert set(peers()) <= known
