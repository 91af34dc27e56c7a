"""What changes in the catalogue: by hand, from a gap, from year to year, and by a workbook."""

from asah.portal.catalogue.actions.offerings import (
    hints_of_offering,
    new_offering,
    save_offering,
    save_resource,
    set_offering_archived,
    set_resource_archived,
)
from asah.portal.catalogue.actions.prices import (
    DefaultPrice,
    default_prices,
    default_regions,
    load_default_prices,
    remove_fare,
    remove_price,
    save_fare,
    save_fund,
    save_price,
)
from asah.portal.catalogue.actions.programmes import (
    draft_programme,
    hints_of,
    save_programme,
    set_programme_state,
)
from asah.portal.catalogue.actions.workbook.columns import SHEETS
from asah.portal.catalogue.actions.workbook.draft import Draft, Problem
from asah.portal.catalogue.actions.workbook.export import export_catalogue
from asah.portal.catalogue.actions.workbook.write import (
    PURPOSE,
    apply_workbook,
    receive_workbook,
    try_workbook,
)
from asah.portal.catalogue.actions.years import Copied, copy_year

__all__ = [
    "PURPOSE",
    "SHEETS",
    "Copied",
    "DefaultPrice",
    "Draft",
    "Problem",
    "apply_workbook",
    "copy_year",
    "default_prices",
    "default_regions",
    "draft_programme",
    "export_catalogue",
    "hints_of",
    "hints_of_offering",
    "load_default_prices",
    "new_offering",
    "receive_workbook",
    "remove_fare",
    "remove_price",
    "save_fare",
    "save_fund",
    "save_offering",
    "save_price",
    "save_programme",
    "save_resource",
    "set_offering_archived",
    "set_programme_state",
    "set_resource_archived",
    "try_workbook",
]
