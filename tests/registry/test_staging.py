"""What waits on the disk while a file is read opens with nothing afterwards."""

import pytest

from rempart.registry.staging import Stage


@pytest.fixture
def stage(tmp_path):
    with Stage(tmp_path) as opened:
        yield opened


def test_values_come_back_in_the_order_of_arrival(stage):
    for number in range(12_000):
        stage.put(f"id{number % 7}", 1, number, b"%d" % number)
    assert [line for _, line, _ in stage.scan()] == list(range(12_000))


def test_values_of_one_identifier_come_back_together(stage):
    for number in range(100):
        stage.put(f"id{number % 10}", number % 3, number, b"%d" % number)
    groups = list(stage.groups())
    assert len(groups) == 10
    assert all(len({line % 10 for _, line, _ in group}) == 1 for group in groups)
    assert stage.get("id3", 0) == b"3"
    assert stage.get("id3", 9) is None


def test_neither_value_nor_identifier_stands_on_the_disk_in_clear(stage, tmp_path):
    for number in range(6_000):
        stage.put("canaryidentifier", 1, number, b"canaryvalue")
    list(stage.groups())
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert len(written) > 100_000
    assert b"canary" not in written


def test_nothing_is_left_behind(tmp_path):
    with Stage(tmp_path) as stage:
        stage.put("id", 1, 1, b"value")
        list(stage.scan())
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []
