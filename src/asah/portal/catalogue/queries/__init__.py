"""What the pages of the catalogue show, and what other apps ask of it."""

from asah.portal.catalogue.queries.catalogue import (
    archived_offerings,
    competencies_served,
    effects_of,
    fares_seen_by,
    funds_seen_by,
    hours_told_apart,
    offerings_of,
    offerings_seen_by,
    prices_seen_by,
    programmes_seen_by,
    regions_seen_by,
    resources_seen_by,
    years_of,
)
from asah.portal.catalogue.queries.load import WeekLoad, capacity_by_week, load_by_week
from asah.portal.catalogue.queries.schedule import Month, Week, days_of, months_of, weeks_of
from asah.portal.catalogue.queries.weeks import (
    days_of_week,
    month_of_week,
    same_day_in,
    week_of,
    weeks_in,
    weeks_of_month,
)

__all__ = [
    "Month",
    "Week",
    "WeekLoad",
    "archived_offerings",
    "capacity_by_week",
    "competencies_served",
    "days_of",
    "days_of_week",
    "effects_of",
    "fares_seen_by",
    "funds_seen_by",
    "hours_told_apart",
    "load_by_week",
    "month_of_week",
    "months_of",
    "offerings_of",
    "offerings_seen_by",
    "prices_seen_by",
    "programmes_seen_by",
    "regions_seen_by",
    "resources_seen_by",
    "same_day_in",
    "week_of",
    "weeks_in",
    "weeks_of",
    "weeks_of_month",
    "years_of",
]
