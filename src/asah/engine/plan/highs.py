"""The solver of mixed-integer programmes: a model in, an answer out.

HiGHS: Huangfu and Hall (2018), doi:10.1007/s12532-017-0130-5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import highspy
import numpy as np
from scipy import sparse

from asah.engine.plan.problem import Floats
from asah.engine.plan.rows import Block, Bools

TOLERANCE = 1e-6  # the solver's own

Status = Literal["optimal", "time_limit", "interrupted", "infeasible"]


@dataclass(frozen=True)
class Model:
    """Maximise gain x, with row_lower <= matrix x <= row_upper, lower <= x <= upper, some of x whole."""

    gain: Floats
    lower: Floats
    upper: Floats
    whole: Bools
    matrix: Any  # rows x columns, sparse by row
    row_lower: Floats
    row_upper: Floats


@dataclass(frozen=True)
class Answer:
    """What the solver says of a model; `x` is None when it knows no solution."""

    status: Status
    x: Floats | None
    bound: float | None
    nodes: int


def stacked(blocks: Sequence[Block], columns: int) -> dict[str, Any]:
    """The rows of a model from its blocks, one after another."""
    sizes = [len(block.owner) for block in blocks]
    offset = np.concatenate([[0], np.cumsum(sizes)])
    row = np.concatenate([block.row + low for block, low in zip(blocks, offset, strict=False)])
    column = np.concatenate([block.column for block in blocks])
    value = np.concatenate([block.value for block in blocks])
    return {
        "matrix": sparse.csr_array((value, (row, column)), shape=(int(offset[-1]), columns)),
        "row_lower": np.concatenate([block.lower for block in blocks]),
        "row_upper": np.concatenate([block.upper for block in blocks]),
    }


def solve(
    model: Model,
    *,
    seconds: float,
    seed: int = 0,
    threads: int = 1,
    start: Floats | None = None,
    stop: Callable[[], bool] | None = None,
    tell: Callable[[float], None] | None = None,
    presolve: bool = True,
    nodes: int | None = None,
    within: float = 0.0,
) -> Answer:
    """Solve a model to the optimum, or as far as the time and `stop` allow.

    The answer is never worse than a `start` that obeys the rows; one that does not is of no effect. `stop`
    is asked every few moments, and while a large relaxation is solved every few seconds; `tell` then hears
    the bound. `nodes`: the most of the search tree that is looked at; unlike time, it ends the same search at
    the same place on any machine. `within`: how near to the bound is called optimal.
    """
    highspy.Highs.resetGlobalScheduler(True)  # else the first number of threads would hold for the process
    h = highspy.Highs()
    options = {
        "output_flag": False,
        "time_limit": max(0.0, float(seconds)),  # a negative limit would be refused, and there would be none
        "random_seed": int(seed),
        "threads": int(threads),
        "mip_rel_gap": 0.0,
        "mip_abs_gap": max(1e-9, float(within)),
        "presolve": "choose" if presolve else "off",
    }
    if nodes is not None:
        options["mip_max_nodes"] = int(nodes)
    for name, option in options.items():
        h.setOptionValue(name, option)
    if h.passModel(_as_lp(model)) == highspy.HighsStatus.kError:
        raise ValueError("a model with numbers that are none, or rows that do not fit")
    if start is not None and not _obeys(model, start):
        start = None
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        h.setSolution(solution)
    if stop is not None:
        asked = stop

        def poll(event: Any) -> None:
            if asked():
                event.interrupt()

        for signal in (h.cbMipInterrupt, h.cbSimplexInterrupt, h.cbIpmInterrupt):
            signal.subscribe(poll)
    if tell is not None:
        told = tell
        h.cbMipInterrupt.subscribe(lambda event: told(float(event.data_out.mip_dual_bound)))
    h.run()
    answer = _read(h)
    if start is not None and (answer.x is None or model.gain @ answer.x < model.gain @ start):
        return replace(answer, x=start)
    return answer


def _obeys(model: Model, x: Floats) -> bool:
    """Whether a start is a solution; anything else the solver would try to mend, in vain and at length."""
    sums = model.matrix @ x
    return bool(
        (sums >= model.row_lower - TOLERANCE).all()
        and (sums <= model.row_upper + TOLERANCE).all()
        and (x >= model.lower - TOLERANCE).all()
        and (x <= model.upper + TOLERANCE).all()
    )


def _as_lp(model: Model) -> Any:
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = model.matrix.shape
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.gain, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(whole)] for whole in model.whole]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = model.matrix.shape
    lp.a_matrix_.start_ = model.matrix.indptr
    lp.a_matrix_.index_ = model.matrix.indices
    lp.a_matrix_.value_ = model.matrix.data
    return lp


def _read(h: Any) -> Answer:
    status = h.getModelStatus()
    names: dict[Any, Status] = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kTimeLimit: "time_limit",
        highspy.HighsModelStatus.kSolutionLimit: "time_limit",  # the limit of nodes
        highspy.HighsModelStatus.kInterrupt: "interrupted",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",  # every column has bounds
    }
    if status not in names:
        raise RuntimeError(f"HiGHS ended with {h.modelStatusToString(status)}")
    info = h.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    bound = float(info.mip_dual_bound)
    return Answer(
        status=names[status],
        x=np.array(h.getSolution().col_value) if found else None,
        bound=bound if np.isfinite(bound) else None,
        nodes=max(0, int(info.mip_node_count)),
    )
