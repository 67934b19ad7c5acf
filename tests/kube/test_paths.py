"""Where the API server has what: no name leads elsewhere."""

import pytest

from exposer.kube.paths import collection_path, object_path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("web", "/api/v1/namespaces/shop/pods/web", id="label"),
        pytest.param("a.b", "/api/v1/namespaces/shop/pods/a.b", id="subdomain"),
        pytest.param(
            "a?b#c", "/api/v1/namespaces/shop/pods/a%3Fb%23c", id="what a URL gives a meaning"
        ),
        pytest.param("x:y", "/api/v1/namespaces/shop/pods/x%3Ay", id="colon"),
    ],
)
def test_a_name_is_one_step_of_a_path(name: str, path: str) -> None:
    assert object_path("Pod", "shop", name) == path


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "client/log", "a%2Fb", "/"])
def test_a_name_that_would_lead_elsewhere_has_no_path(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of an object"):
        object_path("Pod", "shop", name)
    with pytest.raises(ValueError, match="is not the name of an object"):
        object_path("Pod", name, "web")
    with pytest.raises(ValueError, match="is not the name of an object"):
        collection_path("Pod", name)
