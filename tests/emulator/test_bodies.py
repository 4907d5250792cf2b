import pytest
from hypothesis import given, strategies as st

from printkit.emulator.bodies import BadBody, Body, UploadedFile, gather, media_type, read_body
from printkit.exchange import Effect, Part, Request

CRLF = "\r\n"


def read(body: bytes | tuple[Part, ...], kind: str | None = None, headers: tuple[tuple[str, str], ...] = ()) -> Body | BadBody:
    return read_body(Request("POST", "/", Effect.WRITES, headers=headers, body=body, content_type=kind))


def members(body: bytes | tuple[Part, ...], kind: str) -> object:
    found = read(body, kind)
    assert isinstance(found, Body)
    return found.members


def test_json_members_in_lower_case() -> None:
    assert members(b'{"Type": "4x6", "COPIES": 2, "Attributes": {"Finish": 1}}', "Application/JSON") == {
        "type": "4x6",
        "copies": 2,
        "attributes": {"Finish": 1},
    }
    assert members(b'{"a": 1, "A": 2}', "text/json") == {"a": 2}


def test_a_json_array() -> None:
    found = read(b"[1, {}]", "application/json")

    assert isinstance(found, Body)
    assert found.entries == (1, {})


@pytest.mark.parametrize("body", [b"", b" ", b"null", b"\xef\xbb\xbf"])
def test_nothing(body: bytes) -> None:
    found = read(body, "application/json")

    assert isinstance(found, Body)
    assert found.empty


@pytest.mark.parametrize(
    "body", [b"{", b"5", b'"x"', b"true", b"NaN", b"[" * 100_000, b'{"a": 1e400}', b"\xff", b'"\\ud800"', b"\xff\xfe{\x00}\x00"]
)
def test_json_that_is_none(body: bytes) -> None:
    assert read(body, "application/json") == BadBody("unreadable")


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/xml", "application/json; charset=zlib", "application/json; charset=rot13", ";"]
)
def test_other_media_types(kind: str | None) -> None:
    assert read(b"{}", kind) == BadBody("media-type")


def test_the_header_counts_where_the_request_does_not_say() -> None:
    found = read(b"a=1", headers=(("CONTENT-TYPE", "application/x-www-form-urlencoded; charset=UTF-8"),))

    assert isinstance(found, Body)
    assert found.members == {"a": "1"}


def test_media_type_and_parameters() -> None:
    request = Request("POST", "/", Effect.WRITES, content_type='Multipart/Form-Data; Boundary="a b"; charset=utf-8')

    assert media_type(request) == ("multipart/form-data", {"boundary": "a b", "charset": "utf-8"})


def test_forms() -> None:
    assert members(b"a=1&B=two%20words+and%2Bmore&empty=&%C3%BC=%C3%A9", "application/x-www-form-urlencoded") == {
        "a": "1",
        "b": "two words and+more",
        "empty": "",
        "ü": "é",
    }


def test_nested_and_repeated_fields() -> None:
    pairs = [
        ("Attributes[finish]", "glossy"),
        ("attributes[Frame_Colour]", "silver"),
        ("ids[]", "1"),
        ("ids[]", "2"),
        ("x", "1"),
        ("X", "2"),
        ("o.p", "q"),
        ("Lines[1][Size]", "big"),
        ("lines[0].options[Color]", "red"),
        ("lines[0][Size]", "small"),
        ("", "nothing"),
        ("a]b", "odd"),
        ("deep" + "[x]" * 1000, "flat"),
        ("places[" + "9" * 5000 + "]", "far"),
    ]

    assert gather(pairs) == {
        "attributes": {"finish": "glossy", "Frame_Colour": "silver"},
        "ids": ["1", "2"],
        "x": ["1", "2"],
        "o": {"p": "q"},
        "lines": [{"options": {"Color": "red"}, "Size": "small"}, {"Size": "big"}],
        "": "nothing",
        "a]b": "odd",
        "deep" + "[x]" * 1000: "flat",
        "places": {"9" * 5000: "far"},
    }


@pytest.mark.parametrize("names", ["1[A]&0[A]", "[1][A]&[0][A]", "[1].A&[0].A"])
def test_a_form_that_is_a_list(names: str) -> None:
    second, first = names.split("&")
    found = read(f"{second}=2&{first}=1".encode(), "application/x-www-form-urlencoded")

    assert isinstance(found, Body)
    assert found.entries == ({"A": "1"}, {"A": "2"})


@given(st.lists(st.tuples(st.text(alphabet="ab[].1", max_size=6), st.text(max_size=3)), max_size=6))
def test_no_form_is_too_odd(pairs: list[tuple[str, str]]) -> None:
    assert isinstance(gather(pairs), dict)


def test_multipart() -> None:
    lines = [
        "--b",
        'Content-Disposition: form-data; name="Type"',
        "Content-Type: text/plain; charset=utf-8",
        "",
        "4x6",
        "--b",
        'content-disposition: form-data; name="file"; filename="zoë.jpg"',
        "Content-Type: image/jpeg",
        "Content-Transfer-Encoding: binary",
        "",
        "not\nreally\r\na picture",
        "--b--",
        "",
    ]
    found = read(CRLF.join(lines).encode(), "multipart/form-data; boundary=b")

    assert isinstance(found, Body)
    assert found.members == {"type": "4x6"}
    assert found.files == (UploadedFile("file", "zoë.jpg", "image/jpeg", b"not\nreally\r\na picture"),)


def test_multipart_without_a_last_line_break_and_with_hashes_in_its_boundary() -> None:
    boundary = "0123456789ABLEWASIEREISAWELBA9876543210"
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="type"\r\n\r\n4x6\r\n--{boundary}--'.encode()

    assert members(body, f"multipart/form-data; boundary={boundary}") == {"type": "4x6"}


@pytest.mark.parametrize("body", [b"", b"x", b"--b", b"--b\r\n\r\n\r\n--b--", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'])
@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b"])
def test_broken_multipart(body: bytes, kind: str) -> None:
    found = read(body, kind)

    assert found == BadBody("unreadable") or (isinstance(found, Body) and not found.files)


@given(st.binary(max_size=80), st.text(max_size=8))
def test_any_multipart_is_read_or_refused(body: bytes, boundary: str) -> None:
    read(b"--b\r\n" + body, f"multipart/form-data; boundary={boundary}".replace("\n", "").replace("\r", ""))


def test_parts() -> None:
    found = read((Part("Type", b"4x6"), Part("file", b"x", "a.jpg", "image/jpeg")))

    assert isinstance(found, Body)
    assert (found.members, found.files) == ({"type": "4x6"}, (UploadedFile("file", "a.jpg", "image/jpeg", b"x"),))
