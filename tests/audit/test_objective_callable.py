"""``sl.audit(...)`` is a call and ``symloss.audit`` a package, whichever is asked for first."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import symloss as sl

CALL = "import symloss as sl; assert sl.audit(lambda y, f: f - y, 'squared_error').passed"
ORDERS = {
    "the call alone": CALL,
    "a module first": f"from symloss.audit.oracle import Oracle; {CALL}",
    "the package first": f"import symloss.audit; {CALL}; assert symloss.audit is sl.audit",
    "a module by its full name": f"import symloss.audit.ulp; {CALL}; assert symloss.audit.ulp.ulp",
    "the call first": f"{CALL}; import symloss.audit.ulp; {CALL.partition('; ')[2]}",
    "from the facade": "from symloss import audit; assert audit(lambda y, f: f - y).passed; import symloss.audit.ulp",
    "the attribute alone": "import symloss as sl; f = sl.audit; import symloss.audit.batch; assert f is sl.audit",
    "the command line": f"import symloss.cli; {CALL}",
}


@pytest.mark.parametrize("order", ORDERS)
def test_in_every_order_of_imports(order: str) -> None:
    done = subprocess.run([sys.executable, "-c", ORDERS[order]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_package_imports_nothing_before_it_is_called() -> None:
    text = "import sys, symloss.audit; assert not {'sympy', 'numpy', 'symloss.audit.objective'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0


def test_it_has_the_signature_of_the_function() -> None:
    parameters = inspect.signature(sl.audit).parameters
    assert list(parameters)[:3] == ["function", "loss", "convention"]
    assert "audit" in dir(sl)
    assert "audit" in sl.__all__
