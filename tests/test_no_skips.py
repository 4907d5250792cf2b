"""The guard against tests that quietly do not run must itself work."""

import pytest

pytest_plugins = ["pytester"]

SKIPPING = """
    import pytest

    def test_skips():
        pytest.skip("the moon is full")

    @pytest.mark.skip(reason="never")
    def test_marked():
        pass

    @pytest.mark.xfail(reason="not yet")
    def test_expected_to_fail():
        assert False

    def test_runs():
        pass
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(test_skipping=SKIPPING)
    return pytester


def run(pytester: pytest.Pytester) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "tests.no_skips", "-p", "no:randomly", "-p", "no:cov", "-p", "no:asyncio")


def test_skips_are_allowed_while_working(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRINTKIT_NO_SKIPS", raising=False)

    run(project).assert_outcomes(passed=1, skipped=2, xfailed=1)


def test_in_ci_every_skip_is_a_failure_that_says_why(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTKIT_NO_SKIPS", "1")

    result = run(project)

    result.assert_outcomes(passed=1, failed=2, errors=1)  # a marked test fails while being set up
    result.stdout.fnmatch_lines(["*the moon is full*"])


def test_in_ci_a_module_that_skips_itself_is_an_error(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTKIT_NO_SKIPS", "1")
    pytester.makepyfile(test_skipping="import pytest\npytest.importorskip('no_such_module_anywhere')\ndef test_one(): pass")

    result = run(pytester)

    assert result.ret != pytest.ExitCode.OK
    result.assert_outcomes(errors=1)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_in_ci_an_expected_failure_alone_fails_the_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str) -> None:
    monkeypatch.setenv("PRINTKIT_NO_SKIPS", "1")
    pytester.makepyfile("import pytest\n@pytest.mark.xfail(reason='not yet')\ndef test_one(): assert False\ndef test_two(): pass")

    result = pytester.runpytest_inprocess(
        "-p", "tests.no_skips", "-p", "no:randomly", "-p", "no:cov", "-p", "no:asyncio", "-p", "xdist", "-n", workers
    )

    assert result.ret == pytest.ExitCode.TESTS_FAILED
