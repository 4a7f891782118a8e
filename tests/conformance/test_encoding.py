"""What browsers mangle is escaped; what they escape is understood."""

import json


def escape(codes: list[int]) -> str:
    return "".join(rf"\u{code:04x}" for code in codes)


MANGLED = [*range(0x200C, 0x2010), *range(0x2028, 0x2030), *range(0x2060, 0x2070), *range(0xFFF0, 0x10000)]


async def test_server_escapes_what_browsers_mangle(ask, session) -> None:
    path = session()
    await ask("POST", path + "/xhr")
    assert (await ask("POST", path + "/xhr_send", body=f'["{"".join(map(chr, MANGLED))}"]')).status == 204
    answer = await ask("POST", path + "/xhr")
    assert answer.body == f'a["{escape(MANGLED)}"]\n'


async def test_server_understands_escapes(ask, session) -> None:
    path = session()
    codes = [
        *range(0x20),
        0x22,
        0x5C,
        *range(0x7F, 0xA0),
        0xAD,
        *range(0x2000, 0x2100),
        0xFEFF,
        *range(0xFFF0, 0x10000),
    ]
    escaped = f'["{escape(codes)}"]'
    await ask("POST", path + "/xhr")
    assert (await ask("POST", path + "/xhr_send", body=escaped)).status == 204
    assert json.loads((await ask("POST", path + "/xhr")).body[1:]) == json.loads(escaped)


async def test_lone_surrogates_survive(ask, session) -> None:
    path = session()
    await ask("POST", path + "/xhr")
    body = r'["\ud800 and \udfff","\ud83d\ude00"]'
    assert (await ask("POST", path + "/xhr_send", body=body)).status == 204
    echoed = (await ask("POST", path + "/xhr")).body
    assert "\\ud800 and \\udfff" in echoed
    assert json.loads(echoed[1:]) == ["\ud800 and \udfff", "\U0001f600"]
