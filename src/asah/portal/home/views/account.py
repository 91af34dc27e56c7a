"""Signing in, one's own account, and what a supervisor of servers asks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from asah.portal.base import actions
from asah.portal.base.access import signed_in
from asah.portal.base.demo import read_logins
from asah.portal.base.models import User
from asah.portal.home.forms import AccountForm, FirstPasswordForm
from asah.portal.ui.once import submit_once
from asah.portal.ui.views import CHOSEN_LANGUAGE, speak

BACKEND = "django.contrib.auth.backends.ModelBackend"
MUST_CHOOSE = "must_choose_password"
TO_CHOOSE = 15 * 60


class SignIn(LoginView):
    """The sign-in page; in a demonstration it offers one user a role.

    A password that was handed over signs nobody in: it leads to the page on which its owner chooses another.
    """

    template_name = "home/login.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(logins=read_logins(), **context)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if user.must_change_password:
            # Whoever left this browser their session's number must not choose the password.
            self.request.session.cycle_key()
            self.request.session[MUST_CHOOSE] = signing.dumps([user.pk, user.get_session_auth_hash()])
            wanted = self.get_redirect_url()
            return redirect(reverse("home:first_password", query={"next": wanted} if wanted else None))
        return _sign_in(self.request, user, self.get_success_url())


@method_decorator([login_not_required, sensitive_post_parameters(), never_cache], name="dispatch")
class FirstPassword(RedirectURLMixin, FormView):  # type: ignore[type-arg]
    """Choosing a password in place of the one that was handed over; then one is signed in."""

    template_name = "home/first_password.html"
    form_class = FirstPasswordForm
    next_page = "home:home"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = _who_must_choose(request)
        if found is None:
            return redirect("home:home" if request.user.is_authenticated else "home:login")
        self.user = found
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.user, **context)

    def form_valid(self, form: FirstPasswordForm) -> HttpResponse:
        actions.choose_password(user=self.user, password=form.cleaned_data["new_password1"])
        return _sign_in(self.request, self.user, self.get_success_url())


def _who_must_choose(request: HttpRequest) -> User | None:
    """Who showed a password that was handed over, in this session and not long ago."""
    try:
        number, mark = signing.loads(request.session.get(MUST_CHOOSE, ""), max_age=TO_CHOOSE)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=number, is_active=True, must_change_password=True).first()
    return user if user is not None and user.get_session_auth_hash() == mark else None


def _sign_in(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """What was chosen on the page to sign in is kept; otherwise the language of the account holds.

    The cookie on this computer may be that of whoever sat here before.
    """
    request.session.pop(MUST_CHOOSE, None)
    chosen = request.session.pop(CHOSEN_LANGUAGE, "")
    if chosen:
        actions.choose_language(user=user, language=chosen)
    login(request, user, BACKEND)
    response = redirect(target)
    speak(response, user.language)
    return response


def show_account(request: HttpRequest) -> HttpResponse:
    """One's own account: the language of pages and mails, and where the rest is changed."""
    user = signed_in(request)
    form = AccountForm(request.POST or None, initial={"language": user.language})
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            actions.choose_language(user=user, language=form.cleaned_data["language"])
            messages.success(request, _("Saved."))
            return reverse("home:account")

        response = submit_once(request, form, save)
        speak(response, form.cleaned_data["language"])
        return response
    return render(request, "home/account.html", {"form": form})


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers and its tables are those of this version."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    status = 503 if behind else 200
    return JsonResponse({"ready": not behind, "migrations_missing": len(behind)}, status=status)
