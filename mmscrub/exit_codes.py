"""How a command ends: 0 done, 1 failed, 2 wrong call or config, 3 a ``--fail-on`` gate crossed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from schemas.errors import ConfigError, RunFailed

EXIT_FAILED = 1
EXIT_CONFIG = 2
EXIT_GATE = 3

P = ParamSpec("P")


def errors_to_exit_codes(command: Callable[P, None]) -> Callable[P, None]:
    """Known errors become one line on stderr and their exit code; nobody sees a stack trace for a mistake."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ConfigError as error:
            typer.echo(f"mmscrub: {error}", err=True)
            raise typer.Exit(EXIT_CONFIG) from None
        except RunFailed as error:
            typer.echo(f"mmscrub: the run failed: {error}", err=True)
            raise typer.Exit(EXIT_FAILED) from None
        except KeyboardInterrupt:
            typer.echo("mmscrub: stopped; the same command goes on where this run was", err=True)
            raise typer.Exit(EXIT_FAILED) from None

    return run
