from lab.timeline.wires import segments_of, wires_of

CONN = """
    10 1c tcp.open conn=1
    11 1s tcp.open conn=1
    12 1c tcp.data conn=1 direction=up bytes=100 total=100 request='GET /echo/info?t=1'
    13 1s tcp.data conn=1 direction=up bytes=60 total=60
    14 1s tcp.data conn=1 direction=up bytes=40 total=100
    15 1s tcp.data conn=1 direction=down bytes=500 total=500
    16 1c tcp.data conn=1 direction=down bytes=500 total=500
    20 1c tcp.data conn=1 direction=up bytes=80 total=180 request='POST /echo/1/abc/xhr'
    21 1s tcp.data conn=1 direction=up bytes=80 total=180
    22 1s tcp.data conn=1 direction=down bytes=30 total=530
    30 1s tcp.end conn=1 direction=down how=fin total=530
"""


def test_segments_of_tells_requests_apart_by_offsets_however_they_were_cut(see):
    (first, first_in), (second, second_in) = segments_of(wires_of(see(CONN)))
    assert (first.method, first.target, first.t_ms, first_in.t_ms) == ("GET", "/echo/info?t=1", 12, 13)
    assert (first.up, first_in.up) == ([(12, 100)], [(13, 60), (14, 100)])
    assert (first.down, first_in.down) == ([(16, 500)], [(15, 500)])
    assert (second.up, second_in.up) == ([(20, 80)], [(21, 80)])
    assert (second.down, second_in.down) == ([], [(22, 30)])


def test_segments_of_gives_the_end_to_the_last_request_alone(see):
    (first, first_in), (second, second_in) = segments_of(wires_of(see(CONN)))
    assert (first.ends, first_in.ends, second.ends) == ((), (), ())
    assert second_in.end.data["how"] == "fin"


def test_segment_knows_when_so_many_bytes_had_passed(see):
    (_, inner), *_ = segments_of(wires_of(see(CONN)))
    assert (inner.total_by("up", 13.5), inner.total_by("up", 99)) == (60, 100)
    assert (inner.reached("up", 61), inner.reached("up", 101)) == (14, None)


def test_segments_of_has_no_other_side_where_nothing_went_on(see):
    ((outer, inner),) = segments_of(
        wires_of(see("12 1c tcp.data conn=1 direction=up bytes=9 total=9 request='GET /'"))
    )
    assert (outer.up, inner) == ([(12, 9)], None)


def test_wire_since_takes_what_cannot_be_read_from_a_time_on(see):
    unread = CONN.replace("request='GET /echo/info?t=1'", "").replace("request='POST /echo/1/abc/xhr'", "")
    outer, inner = wires_of(see(unread))
    assert (outer.since(17).t_ms, outer.since(17).up, inner.since(17).down) == (20, [(20, 80)], [(22, 30)])
