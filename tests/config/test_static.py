"""Static files as a browser gets them, without a proxy and without collecting them."""

import pytest
from django.conf import settings
from django.test import AsyncClient, override_settings

pytestmark = pytest.mark.asyncio


@override_settings(SERVESTATIC_USE_FINDERS=True)
async def test_a_file_is_found_under_its_release_and_may_be_kept_for_ever() -> None:
    response = await AsyncClient().get(f"{settings.STATIC_URL}main.js")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
