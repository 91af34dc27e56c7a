from __future__ import annotations

import stat
from pathlib import Path

import pytest

from asah.portal.config.environment import (
    ConfigurationError,
    read_database_url,
    read_environment,
    read_mail_url,
    write_first_file,
)

SECRET = "s" * 50


def variables(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"ASAH_DATA": str(tmp_path), "ASAH_SECRET_KEY": SECRET, **more}


def test_a_variable_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "asah.toml").write_text('hosts = ["a.example"]\nmail_from = "x@a.example"\n')
    read = read_environment(variables(tmp_path, ASAH_HOSTS="b.example, c.example"))
    assert (read.hosts, read.mail_from) == (("b.example", "c.example"), "x@a.example")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "asah.toml").write_text('colour = "red"\nhttps = "perhaps"\n')
    with pytest.raises(ConfigurationError) as error:
        read_environment(
            {"ASAH_DATA": str(tmp_path), "DATABASE_URL": "mysql://x/y", "ASAH_TIME_ZONE": "Mars/Olympus"}
        )
    told = str(error.value)
    for word in ("colour", "https", "secret_key is missing", "postgresql://", "Mars/Olympus"):
        assert word in told


def test_a_short_secret_is_refused_and_never_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_environment({"ASAH_DATA": str(tmp_path), "ASAH_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(error.value)
    assert SECRET not in repr(read_environment(variables(tmp_path)))


def test_a_first_file_has_a_secret_of_its_own_and_is_read_by_its_owner_only(tmp_path: Path) -> None:
    write_first_file(tmp_path / "a", demo=True)
    write_first_file(tmp_path / "b")
    one, two = (read_environment({"ASAH_DATA": str(tmp_path / name)}) for name in "ab")
    assert one.secret_key != two.secret_key
    assert (one.demo, two.demo) == (True, False)
    assert stat.S_IMODE((tmp_path / "a" / "asah.toml").stat().st_mode) == 0o600


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "asah.toml").write_text(f'secret_key = "{SECRET}"\n')
    write_first_file(tmp_path, demo=True)
    assert (tmp_path / "asah.toml").read_text() == f'secret_key = "{SECRET}"\n'


def test_an_address_of_a_database_is_read_with_everything_in_it() -> None:
    read = read_database_url("postgresql://asah:p%40ss@db.example:5433/asah%20uji")
    assert read == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "asah uji",
        "USER": "asah",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
    }
    assert read_database_url("sqlite:////srv/asah.sqlite3")["NAME"] == "/srv/asah.sqlite3"
    with pytest.raises(ValueError, match="postgresql://"):
        read_database_url("postgresql://host-without-a-name")


def test_an_address_of_a_mail_server_says_how_it_is_encrypted() -> None:
    assert read_mail_url("smtps://u:p@mail.example")["EMAIL_PORT"] == 465
    plain = read_mail_url("smtp://mail.example:2525")
    assert (plain["EMAIL_PORT"], plain["EMAIL_USE_TLS"], plain["EMAIL_USE_SSL"]) == (2525, True, False)
    with pytest.raises(ValueError, match="smtp://"):
        read_mail_url("http://mail.example")
