"""Addresses of the pages of no single stage."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView, PasswordChangeView
from django.urls import path, reverse_lazy

from asah.portal.home.views import account, home, jobs, notices, units, users

app_name = "home"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("search/", home.search, name="search"),
    path("healthz", account.healthz, name="healthz"),
    path("readyz", account.readyz, name="readyz"),
    path("sign-in/", account.SignIn.as_view(), name="login"),
    path("sign-in/password/", account.FirstPassword.as_view(), name="first_password"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("account/", account.show_account, name="account"),
    path(
        "password/",
        PasswordChangeView.as_view(
            template_name="home/change_password.html", success_url=reverse_lazy("home:home")
        ),
        name="change_password",
    ),
    path("jobs/<int:number>/", jobs.show_job, name="job"),
    path("jobs/<int:number>/stop/", jobs.stop_job, name="stop_job"),
    path("notices/", notices.list_notices, name="notices"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("notices/kinds/", notices.choose_notices, name="choose_notices"),
    path("notices/<int:number>/", notices.open_notice, name="notice"),
    path("users/", users.list_users, name="users"),
    path("users/add/", users.add_user, name="add_user"),
    path("users/<int:number>/", users.show_user, name="user"),
    path("users/<int:number>/change/", users.change_user, name="change_user"),
    path("units/", users.list_units, name="units"),
    path("units/add/", units.add_unit, name="add_unit"),
    path("units/<int:number>/", units.show_unit, name="unit"),
    path("units/<int:number>/edit/", units.edit_unit, name="edit_unit"),
    path("units/<int:number>/move/", units.move_unit, name="move_unit"),
    path("audit/", users.list_events, name="events"),
]
