"""Long work and work that comes round by itself."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asah.portal.base import jobs
from asah.portal.needs import actions, bridge
from asah.portal.needs.actions.compute import COMPUTE, store_computed
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Cycle
from asah.portal.needs.queries.rating import is_open


@jobs.job("needs.open", title=_("Opening a needs analysis"))
def open_cycle(running: jobs.Running) -> dict[str, Any]:
    return actions.open_cycle(running)


@jobs.job("needs.remind", title=_("Reminding raters"), every=dt.timedelta(days=1))
def remind(running: jobs.Running) -> dict[str, Any]:
    """Every cycle in which ratings are taken; who was told lately is left in peace."""
    rows = Cycle.objects.filter(state=CycleState.OPEN).select_related("agency")
    cycles = [cycle for cycle in rows if is_open(cycle)]
    told = {str(cycle.pk): actions.remind_raters(actor=None, cycle=cycle) for cycle in cycles}
    return {"told": told}


@jobs.job(COMPUTE, title=_("Computing needs"), attempts=2, long=True)
def compute_needs(running: jobs.Running) -> dict[str, Any]:
    """Rows to tables, the engine, rows back. A second try begins again and puts the same in place."""
    cycle = Cycle.objects.select_related("agency").get(pk=running.arguments["cycle"])
    work = Path(settings.ENVIRONMENT.data) / "needs" / f"job-{running.row.pk}"
    user = running.row.created_by
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)

    def tell(phase: str) -> None:
        running.tell(0, 1, phase=phase)
        running.stop_if_wanted()

    try:
        with translation.override(user.language if user else "id"):
            done = bridge.compute(cycle, work, tell=tell)
            return store_computed(running, cycle, done)
    except bridge.NeedsRefused as refused:
        running.tell(1, 1, phase="refused", findings=refused.messages)
        words = gettext("Rows must be mended before needs can be computed; each is listed with the analysis.")
        raise jobs.JobRefused(words) from refused
    except bridge.EngineFailed as failed:
        raise jobs.JobRefused(str(failed)) from failed
    finally:
        shutil.rmtree(work, ignore_errors=True)
