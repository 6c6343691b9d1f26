import pyarrow as pa
import pytest

from reconcile.texts import octets_of, only_of, rows_with


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string()])
def test_texts_are_looked_at_by_their_bytes_whatever_their_type_and_part(kind):
    texts = pa.array(["x,y", "1.50", "", "-2", "a,b,c"], type=kind)
    ends, octets = octets_of(texts[1:4])
    assert ends.tolist() == [0, 4, 4, 6]
    assert octets.tobytes() == b"1.50-2"
    assert only_of(texts[1:4], b"0123456789.-") and not only_of(texts, b"0123456789.-")
    assert rows_with(texts, ",").tolist() == [0, 4]
    assert rows_with(texts[1:4], ",").tolist() == []


def test_no_texts_have_nothing_in_them():
    texts = pa.array([], type=pa.large_string())
    assert only_of(texts, b"") and rows_with(texts, ",").tolist() == []
