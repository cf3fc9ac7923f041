from __future__ import annotations

import time

import pytest

from aitr_desktop.code.named_lines import MOST_PLACES, NamedLine, is_foreign, named_lines
from tests.factories.hostile_texts import HOSTILE_TEXTS


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("tests/test_a.py:12: AssertionError", "tests/test_a.py", 12),
        ("tests/test_a.py:9: in test_it", "tests/test_a.py", 9),
        ('  File "/home/ci/my app/test_a.py", line 29, in test_it', "/home/ci/my app/test_a.py", 29),
        ("    at Object.<anonymous> (/home/ci/my app/a.test.js:13:27)", "/home/ci/my app/a.test.js", 13),
        ("    at file:///home/ci/a.mjs:3:4", "file:///home/ci/a.mjs", 3),
        ("    at test/rag.js:5:30", "test/rag.js", 5),
        ("    rag_test.go:17: expected 3", "rag_test.go", 17),
        ("\t/builds/bot/rag.go:44 +0x1d", "/builds/bot/rag.go", 44),
        ("thread 'it' panicked at src/lib.rs:12:5:", "src/lib.rs", 12),
        ("thread 'it' panicked at 'no', src/lib.rs:12:5", "src/lib.rs", 12),
        (r"   at Acme.Tests.It() in C:\a\b\Tests.cs:line 42", r"C:\a\b\Tests.cs", 42),
        ("/home/ci/app/php/tests/BrokenTest.php:4", "/home/ci/app/php/tests/BrokenTest.php", 4),
        ("g.cpp:14: Failure", "g.cpp", 14),
    ],
)
def test_a_place_is_read_as_the_tools_write_it(text: str, path: str, line: int) -> None:
    assert named_lines(text) == (NamedLine(path, line),)


@pytest.mark.parametrize(
    "text",
    [
        "\tat com.acme.FooTest.it(FooTest.java:7)",
        "\tat app//com.acme.FooTest.it(FooTest.java:7)",
        "com.acme.FooTest.it(FooTest.java:7)",
        "\tat com.acme.FooTest$Inner.it(FooTest.java:7)",
    ],
)
def test_a_class_is_read_with_its_package(text: str) -> None:
    assert named_lines(text) == (NamedLine("com/acme/FooTest.java", 7, is_class=True),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12:30:05 started",
        "http://example.test:80/x",
        "took 0.5:1",
        "tests/test_a.py:0: never",
        "tests/test_a.py:123456789: never",
        "tests/test_a.py:-3",
        '  File "<frozen importlib._bootstrap>", line 3, in x',
        "\tat java.base/java.util.ArrayList.get(ArrayList.java:427)",
        "\tat jdk.internal.reflect.X.invoke(X.java:1)",
        "/usr/lib/python3.11/json/decoder.py:355: JSONDecodeError",
        "/home/ci/venv/lib/python3.12/site-packages/requests/api.py:59: in get",
        "    at run (/app/node_modules/jest-circus/build/run.js:3:5)",
        "\t/root/go/pkg/mod/github.com/x/y@v1/z.go:3 +0x1",
        "   at node:internal/process/task_queues:95:5",
    ],
)
def test_what_is_no_place_of_the_repository_is_not_taken(text: str) -> None:
    assert named_lines(text) == ()


def test_each_place_is_taken_once_in_its_order_and_they_are_bounded() -> None:
    assert named_lines("b.py:2: x\na.py:1: y\nb.py:2: z") == (NamedLine("b.py", 2), NamedLine("a.py", 1))
    assert len(named_lines("".join(f"a.py:{number}: x\n" for number in range(1, 500)))) == MOST_PLACES


def test_of_a_long_text_both_ends_are_looked_at() -> None:
    text = "first.py:1: x\n" + "noise\n" * 10_000 + "last.py:2: y"
    assert named_lines(text) == (NamedLine("first.py", 1), NamedLine("last.py", 2))


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_a_hostile_text_names_nothing(text: str) -> None:
    assert named_lines(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        ":1" * 500_000,
        ("a.py:1 " * 150 + "\n") * 10_000,
        "(" * 1_000_000,
        'File "' * 200_000,
        (".x" * 499 + "\n") * 3_000,
        ('File "' * 160 + "\n") * 3_000,
        ("@/" * 490 + "(A.java:\n") * 3_000,
    ],
    ids=["colons", "the same", "brackets", "python", "dots", "python lines", "modules"],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    named_lines(text)
    assert time.process_time() - started < 0.5


def test_a_folder_of_installed_packages_is_foreign_on_every_system() -> None:
    assert is_foreign(r"C:\Python\Lib\site-packages\x.py")
    assert not is_foreign("/usr/src/app/bot.py")
    assert not is_foreign("tests/node/a.py")
