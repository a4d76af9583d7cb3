"""Hold a loss against every law that applies to it.

>>> import symloss as sl
>>> report = sl.testing.check_loss("squared_error", laws=["value_is_exact", "gradient_is_exact"])
>>> print(report)
squared_error: 2 of 2 laws hold (seed 0)
holds   value_is_exact     52 samples
holds   gradient_is_exact  52 samples
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from symloss import catalogue
from symloss.audit.batch import Batch
from symloss.errors import ParameterError, SymlossError
from symloss.loss import Loss

from .law import Law, Violation
from .progress import progress_bar
from .report import FAILS, HOLDS, NOT_RUN, Report, Result
from .shrink import shrunk
from .table import CLAIMED, LAW_NAMED, LAWS


def check_loss(
    loss: Loss | str,
    *,
    seed: int = 0,
    time_limit: float | None = None,
    laws: Iterable[str | Law] | None = None,
    claims: Sequence[str] = (),
    progress: bool | None = None,
) -> Report:
    """Hold a loss against its laws and report law by law, with the smallest counterexample that was found.

    ``laws`` are names (`sl.testing.LAWS` lists them) or laws of your own; all that apply by default. ``claims`` are
    what the loss is to be besides, of "nonnegative", "convex" and "symmetric" (in target and prediction). The same
    ``seed`` gives the same batches and the same report. After ``time_limit`` seconds no further batch is begun: laws
    that were not held against a single one are listed as not run. ``progress`` shows a bar on stderr; by default on a
    terminal only.

    Raises `ParameterError` for a law or claim that there is not; what is wrong with the loss is in the report.
    """
    loss = catalogue.get(loss) if isinstance(loss, str) else loss
    chosen = laws_of(loss, laws, claims)
    end = float("inf") if time_limit is None else time.monotonic() + time_limit
    with progress_bar(f"checking {loss.name}", len(chosen), progress) as step:
        results = []
        for law in chosen:
            step(f"{loss.name} {law.name}")
            results.append(run(law, loss, seed, end))
    return Report(loss.name, seed, tuple(results))


def laws_of(loss: Loss, laws: Iterable[str | Law] | None = None, claims: Sequence[str] = ()) -> list[Law]:
    """The laws that apply to a loss, or those of the given ones that do; and the laws of its claims."""
    unknown = [claim for claim in claims if claim not in CLAIMED]
    if unknown:
        raise ParameterError(f"claims={unknown!r}; expected some of {', '.join(map(repr, CLAIMED))}")
    claimed = {CLAIMED[claim] for claim in claims}
    chosen = LAWS if laws is None else tuple(map(law_named, laws))
    return [law for law in chosen if law.name in claimed or _applies(law, loss)]


def law_named(law: str | Law) -> Law:
    """A law by its name; an unknown one is a ParameterError that lists what there is."""
    if isinstance(law, Law):
        return law
    if law not in LAW_NAMED:
        raise ParameterError(f"no law is named {law!r}; expected one of {', '.join(LAW_NAMED)}")
    return LAW_NAMED[law]


def _applies(law: Law, loss: Loss) -> bool:
    try:
        return law.is_for(loss)
    except SymlossError:
        return True  # running it says what is wrong


def run(law: Law, loss: Loss, seed: int = 0, end: float = float("inf")) -> Result:
    """Hold a loss against one law; ``end`` is a time of `time.monotonic`."""
    began = time.monotonic()
    batches = samples = 0
    found: Violation | None = None

    def late() -> bool:
        return time.monotonic() > end

    for batch in _batches(law, loss, seed):
        if isinstance(batch, Violation):
            found = batch
            break
        if late():
            break
        batches += 1
        samples += batch.length
        found = law(loss, batch)
        if found is not None:
            found = shrunk(loss, law, found, late)
            break
    status = FAILS if found else HOLDS if batches else NOT_RUN
    return Result(law.name, law.sentence, status, batches, samples, time.monotonic() - began, found)


def _batches(law: Law, loss: Loss, seed: int) -> Iterator[Batch | Violation]:
    """The law's batches; an error of the loss while they are made is a violation."""
    try:
        yield from law.batches(loss, seed)
    except SymlossError as error:
        yield Violation(f"{type(error).__name__}: {error}", law=law.name, loss=loss.name)
