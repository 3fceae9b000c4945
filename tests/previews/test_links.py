import pytest

from chat.text import parsed
from previews.links import key_of, links_of


def test_first_three_links_are_found_once_each_in_order() -> None:
    html = parsed(
        "http://a.test/?x=1&y=2 [again](http://a.test/?x=1&y=2) http://b.test http://c.test http://d.test"
    ).html
    assert links_of(html) == ["http://a.test/?x=1&y=2", "http://b.test", "http://c.test"]


@pytest.mark.attack
@pytest.mark.parametrize(
    "html",
    [
        '<p><span class="spoiler"><a href="http://a.test/">x</a></span></p>',
        '<p><span class="spoiler"><span class="mention">@Bo</span> <a href="http://a.test/">x</a></span></p>',
    ],
)
def test_link_in_a_spoiler_gets_no_preview(html: str) -> None:
    assert links_of(html) == []
    assert links_of(f'{html}<a href="http://b.test/">y</a>') == ["http://b.test/"]


def test_key_is_the_same_for_all_parts_of_a_page() -> None:
    assert key_of("http://a.test/#one") == key_of("http://a.test/#two") != key_of("http://a.test/b")
