"""The commands put together, and how the program ends. Knows no verb and no shop."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from .. import __version__
from . import failure
from .bulk import bulk
from .catalogue import countries, products
from .check import check
from .demo import demo
from .distributed import distributed, worker
from .emulator import emulator
from .exits import MEANINGS, Exit
from .issue import issue
from .order import InOrder, order
from .providers import providers
from .receive import receive

_EXAMPLES = """\b
Try it without an account:
  printkit demo
  printkit emulator
  printkit order list --url pwinty+emulator://127.0.0.1:8900

\b
Settings come from printkit.toml in the working directory (or --config, or $PRINTKIT_CONFIG)
and from the environment, which wins. Keys are never given on the command line: they come
from the environment, or from a settings file that only you can read.
"""

_CODES = "\b\nExit codes:\n" + "\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items())


@click.group(
    cls=InOrder, epilog=f"{_EXAMPLES}\n{_CODES}", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="printkit")
def app() -> None:
    """Order prints from print-on-demand shops, with one vocabulary for all of them."""


for command in (demo, emulator, check, order, bulk, issue, receive, distributed, worker, products, countries, providers):
    app.add_command(command)


def run(words: Sequence[str]) -> int:
    """Run one command.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    output = sys.stdout
    try:
        code = _run(words, as_json="--json" in words)
        output.flush()
        broken = sys.stdout is not output  # click puts another one there and says 1
    except BrokenPipeError:
        code, broken = Exit.DONE, True
    if broken:
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())  # else the interpreter fails to flush it at its end
        return Exit.NOBODY_READS
    return code


def _run(words: Sequence[str], *, as_json: bool) -> int:
    try:
        app.main(list(words), prog_name="printkit", standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.DONE
    except click.ClickException as error:
        if as_json:
            failure.tell_usage(_worded(error).format_message())
        else:
            _worded(error).show()
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        failure.tell_stopped(Exit.INTERRUPTED, (), as_json=as_json)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as fault:  # noqa: BLE001 - its text may hold anything, a secret too, and is not shown
        failure.tell_fault(fault, as_json=as_json)
        return Exit.FAULT
    return Exit.DONE


def _worded(error: click.ClickException) -> click.ClickException:
    """An option of several words is told with what each of them is: click counts them only."""
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return error
    name = error.option_name if isinstance(error, click.BadOptionUsage) else None
    given = error.param if isinstance(error, click.BadParameter) else None
    for param in error.ctx.command.params:
        if isinstance(param, click.Option) and param.nargs > 1 and (param is given or name in param.opts):
            takes = f"It takes {param.nargs} words: {param.opts[0]} {param.metavar}"
            return click.UsageError(f"{error.format_message().rstrip('.')}. {takes}", ctx=error.ctx)
    return error
