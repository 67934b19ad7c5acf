"""Where the API server is, and as whom to call it."""

import json
import os
import select
import ssl
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exposer.kube import Access, AccessError, find_access
from localcluster.controlplane.pki import Authority
from tests.kube.kubeconfigs import TRUSTED, a_credential, a_kubeconfig, a_plugin, write
from tests.support.api_server import AUTHORITY

SERVER = "https://127.0.0.1:6443"
ADMIN = AUTHORITY.client("admin")
CERTIFICATE, KEY = b64encode(ADMIN.certificate).decode(), b64encode(ADMIN.key).decode()


class Machine:
    """A user's machine, or a Pod: a home, an environment, and the files of a ServiceAccount."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}
        self.service_account = folder / "serviceaccount"
        (folder / "home/.kube").mkdir(parents=True)

    def write(self, name: str, document: object) -> str:
        return write(self.folder / name, document)

    def be_a_pod(self, token: str = "pods-token\n") -> None:
        self.environ |= {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
        self.service_account.mkdir()
        self.write("serviceaccount/token", token)
        self.write("serviceaccount/ca.crt", AUTHORITY.credential.certificate.decode())
        self.write("serviceaccount/namespace", "shop\n")

    async def find(self, kubeconfig: str | None = None, context: str | None = None) -> Access:
        return await find_access(kubeconfig, context, self.environ, self.service_account)

    async def refusal(self, kubeconfig: str | None = None, context: str | None = None) -> str:
        with pytest.raises(AccessError) as refused:
            await self.find(kubeconfig, context)
        return str(refused.value).replace(str(self.folder), "")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def ends_soon(process: int) -> bool:
    """Whether a process is gone, or goes within 10 s."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


def seen(access: Access) -> Access:
    """What can be compared: not the digest of certificates."""
    return replace(access, tls="")


async def test_all_of_a_kubeconfig(machine: Machine) -> None:
    document = a_kubeconfig(
        f"{SERVER}/prefix/",
        {"token": "secret"},
        namespace="shop",
        cluster={"tls-server-name": "kubernetes", "proxy-url": "proxy:3128"},
    )
    path = machine.write("config", document)
    assert seen(await machine.find(path)) == Access(
        server=f"{SERVER}/prefix",
        server_hostname="kubernetes",
        proxy="http://proxy:3128",
        authorization="Bearer secret",
        namespace="shop",
        source=f'the kubeconfig {path} (context "prod")',
    )


async def test_all_of_a_pod(machine: Machine) -> None:
    machine.be_a_pod()
    machine.environ["HTTPS_PROXY"] = "http://proxy:3128"
    access = await machine.find()
    assert seen(access) == Access(
        server="https://[fd00::1]:443",
        proxy="http://proxy:3128",
        authorization="Bearer pods-token",
        namespace="shop",
        source="this Pod's ServiceAccount",
        good_for=timedelta(minutes=1),
    )
    assert isinstance(access.ssl, ssl.SSLContext)
    assert len(access.ssl.get_ca_certs()) == 1


async def test_the_order(machine: Machine) -> None:
    named = machine.write("named", a_kubeconfig(name="named"))
    variable = machine.write("variable", a_kubeconfig(name="variable"))
    home = machine.write("home/.kube/config", a_kubeconfig(name="home"))
    found = []
    machine.be_a_pod()
    machine.environ["KUBECONFIG"] = variable
    found += [await machine.find(named), await machine.find()]
    del machine.environ["KUBECONFIG"]
    found += [await machine.find(named), await machine.find(), await machine.find(None, "home")]
    (machine.service_account / "token").unlink()
    found.append(await machine.find())
    assert [access.source for access in found] == [
        f'the kubeconfig {named} (context "named")',
        f'the kubeconfig {variable} (context "variable")',
        f'the kubeconfig {named} (context "named")',
        "this Pod's ServiceAccount",
        f'the kubeconfig {home} (context "home")',
        f'the kubeconfig {home} (context "home")',
    ]


async def test_a_context_may_be_named(machine: Machine) -> None:
    document = a_kubeconfig(name="prod")
    other = a_kubeconfig("https://other", name="other", namespace="n")
    for section in ("clusters", "contexts", "users"):
        document[section] += other[section]
    path = machine.write("config", document)
    access = await machine.find(path, "other")
    assert (access.server, access.namespace) == ("https://other", "n")
    machine.environ["KUBECONFIG"] = path
    assert (await machine.find(None, "other")).server == "https://other"


class TestSeveralFiles:
    """KUBECONFIG may name several files."""

    async def test_the_first_that_says_something_counts(self, machine: Machine) -> None:
        first = {"contexts": a_kubeconfig(name="prod")["contexts"]}
        second = a_kubeconfig("https://second", {"token": "second"}, name="prod", namespace="x")
        third = a_kubeconfig("https://third", {"token": "third"}, name="prod")
        third["current-context"] = "other"
        files = [
            machine.write("first", first),
            str(machine.folder / "missing"),
            machine.write("empty", ""),
            machine.write("second", second),
            machine.write("third", third),
        ]
        machine.environ["KUBECONFIG"] = ":".join(files)
        assert seen(await machine.find()) == Access(
            "https://second",
            authorization="Bearer second",
            source=f'the kubeconfig {":".join(files)} (context "prod")',
        )

    async def test_a_path_is_meant_from_its_own_file(self, machine: Machine) -> None:
        for folder in ("a", "b"):
            (machine.folder / folder).mkdir()
        machine.write("b/token", "in b")
        machine.write("a/ca.crt", AUTHORITY.credential.certificate.decode())
        cluster = {"server": SERVER, "certificate-authority": "ca.crt"}
        clusters = {"clusters": [{"name": "prod", "cluster": cluster}]}
        user = a_kubeconfig(user={"tokenFile": "token"}, name="prod")
        del user["clusters"]
        files = [machine.write("a/config", clusters), machine.write("b/config", user)]
        machine.environ["KUBECONFIG"] = ":".join(files)
        access = await machine.find()
        assert access.authorization == "Bearer in b"
        assert isinstance(access.ssl, ssl.SSLContext)
        assert len(access.ssl.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("user", "authorization"),
    [
        pytest.param({}, None, id="nobody"),
        pytest.param({"token": "t"}, "Bearer t", id="token"),
        pytest.param({"tokenFile": "token"}, "Bearer in the file", id="token in a file"),
        pytest.param(
            {"token": "t", "tokenFile": "token"}, "Bearer in the file", id="the file goes before"
        ),
        pytest.param(
            {"token": "t", "tokenFile": "missing"}, "Bearer t", id="unless it is not there"
        ),
        pytest.param({"username": "u", "password": "p"}, "Basic dTpw", id="password"),
        pytest.param(
            {"token": "t", "exec": {"command": "none"}}, "Bearer t", id="a token before a plugin"
        ),
    ],
)
async def test_credentials(
    machine: Machine, user: dict[str, Any], authorization: str | None
) -> None:
    machine.write("token", "in the file\n")
    access = await machine.find(machine.write("config", a_kubeconfig(user=user)))
    assert access.authorization == authorization


async def test_a_token_of_openid_connect(machine: Machine) -> None:
    token = "e30.e30.c2lnbmF0dXJl"  # one that never ends
    user = {"auth-provider": {"name": "oidc", "config": {"id-token": token}}}
    access = await machine.find(machine.write("config", a_kubeconfig(user=user)))
    assert access.authorization == f"Bearer {token}"


async def test_a_token_in_a_file_is_read_again(machine: Machine) -> None:
    machine.write("token", "t")
    access = await machine.find(machine.write("config", a_kubeconfig(user={"tokenFile": "token"})))
    assert access.good_for == timedelta(minutes=1)


async def test_to_act_as_somebody_else(machine: Machine) -> None:
    user = {
        "as": "jane",
        "as-uid": "u-1",
        "as-groups": ["a", "b"],
        "as-user-extra": {"Example.com/team": ["x", "y"]},
    }
    access = await machine.find(machine.write("config", a_kubeconfig(user=user)))
    assert access.headers == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Uid", "u-1"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-example.com%2Fteam", "x"),
        ("Impersonate-Extra-example.com%2Fteam", "y"),
    )


class TestTls:
    """What the connection is secured with."""

    async def test_a_server_without(self, machine: Machine) -> None:
        document = a_kubeconfig("http://127.0.0.1:8080", cluster={"tls-server-name": "ignored"})
        access = await machine.find(machine.write("config", document))
        assert (access.ssl, access.tls, access.server_hostname) == (True, "", None)

    @pytest.mark.parametrize(
        ("cluster", "server"),
        [
            ({"certificate-authority-data": TRUSTED}, "https://api:6443"),
            ({"insecure-skip-tls-verify": True}, "https://api:6443"),
            ({}, "http://api:6443"),
        ],
    )
    async def test_without_a_scheme_it_depends_on_the_rest(
        self, machine: Machine, cluster: dict[str, Any], server: str
    ) -> None:
        document = a_kubeconfig()
        document["clusters"][0]["cluster"] = {"server": "api:6443", **cluster}
        assert (await machine.find(machine.write("config", document))).server == server

    async def test_the_server_is_verified_unless_it_is_not(self, machine: Machine) -> None:
        modes = []
        for skips in (False, True):
            document = a_kubeconfig(cluster={"insecure-skip-tls-verify": skips})
            context = (await machine.find(machine.write("config", document))).ssl
            assert isinstance(context, ssl.SSLContext)
            modes.append((context.verify_mode, context.check_hostname))
        assert modes == [(ssl.CERT_REQUIRED, True), (ssl.CERT_NONE, False)]

    async def test_it_is_as_strict_as_go(self, machine: Machine) -> None:
        context = (await machine.find(machine.write("config", a_kubeconfig()))).ssl
        assert isinstance(context, ssl.SSLContext)
        assert not context.verify_flags & ssl.VERIFY_X509_STRICT
        assert context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN

    async def test_no_file_with_a_key_is_left(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        temporary = machine.folder / "tmp"
        temporary.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(temporary))
        user = {"client-certificate-data": CERTIFICATE, "client-key-data": KEY}
        await machine.find(machine.write("config", a_kubeconfig(user=user)))
        assert list(temporary.iterdir()) == []

    async def test_what_it_is_made_of_tells_whether_it_changed(self, machine: Machine) -> None:
        with_key = {"client-certificate-data": CERTIFICATE, "client-key-data": KEY}
        other = Authority.create("other").client("admin")
        with_other = {
            "client-certificate-data": b64encode(other.certificate).decode(),
            "client-key-data": b64encode(other.key).decode(),
        }
        users = [{}, {"token": "t"}, with_key, with_key, with_other]
        routes = [
            (await machine.find(machine.write("config", a_kubeconfig(user=user)))).route
            for user in users
        ]
        assert [routes.index(route) for route in routes] == [0, 0, 2, 2, 4]


class TestPlugins:
    """Credentials by an exec plugin."""

    async def test_a_token_that_ends(self, machine: Machine) -> None:
        script = a_credential(token="t", expirationTimestamp="2999-01-01T00:00:00Z")
        user = a_plugin(machine.folder / "plugin", script)
        access = await machine.find(machine.write("config", a_kubeconfig(user=user)))
        assert access.authorization == "Bearer t"
        assert access.good_for is not None
        assert access.good_for > timedelta(days=365 * 900)

    async def test_a_certificate(self, machine: Machine) -> None:
        script = a_credential(
            clientCertificateData=ADMIN.certificate.decode(), clientKeyData=ADMIN.key.decode()
        )
        user = a_plugin(machine.folder / "plugin", script)
        by_plugin = await machine.find(machine.write("config", a_kubeconfig(user=user)))
        user = {"client-certificate-data": CERTIFICATE, "client-key-data": KEY}
        by_data = await machine.find(machine.write("config", a_kubeconfig(user=user)))
        assert (by_plugin.authorization, by_plugin.tls) == (None, by_data.tls)

    async def test_what_it_is_told(self, machine: Machine) -> None:
        script = f"""
import json, os, sys
told = dict(json.loads(os.environ["KUBERNETES_EXEC_INFO"]), args=sys.argv[1:], a=os.environ["A"])
open({str(machine.folder / "told")!r}, "w").write(json.dumps(told))
{a_credential(token="t")}"""
        user = a_plugin(
            machine.folder / "plugin",
            script,
            args=["--one", "two"],
            env=[{"name": "A", "value": "1"}],
            provideClusterInfo=True,
        )
        config = {"audience": "us"}
        extensions = [{"name": "client.authentication.k8s.io/exec", "extension": config}]
        document = a_kubeconfig(user=user, cluster={"extensions": extensions})
        await machine.find(machine.write("config", document))
        assert json.loads((machine.folder / "told").read_text()) == {
            "apiVersion": "client.authentication.k8s.io/v1",
            "kind": "ExecCredential",
            "spec": {
                "interactive": False,
                "cluster": {
                    "server": SERVER,
                    "certificate-authority-data": TRUSTED,
                    "config": config,
                },
            },
            "args": ["--one", "two"],
            "a": "1",
        }

    async def test_one_beside_the_kubeconfig(self, machine: Machine) -> None:
        user = a_plugin(machine.folder / "plugin", a_credential(token="t"), command="./plugin")
        access = await machine.find(machine.write("config", a_kubeconfig(user=user)))
        assert access.authorization == "Bearer t"

    async def test_one_in_the_path(self, machine: Machine) -> None:
        user = a_plugin(machine.folder / "plugin", a_credential(token="t"), command="plugin")
        machine.environ["PATH"] = str(machine.folder)
        access = await machine.find(machine.write("config", a_kubeconfig(user=user)))
        assert access.authorization == "Bearer t"

    @pytest.mark.parametrize(
        ("script", "changes", "told"),
        [
            pytest.param(
                "import sys; sys.exit('not logged in:\\n  run login')",
                {"installHint": "Get it at example.com/plugin\n"},
                "failed with exit status 1: not logged in: run login; Get it at example.com/plugin",
                id="fails",
            ),
            pytest.param("raise SystemExit(3)", {}, "failed with exit status 3", id="in silence"),
            pytest.param(
                "import os; os.kill(os.getpid(), 9)", {}, "was ended by signal 9", id="is killed"
            ),
            pytest.param(
                "print('hello')", {}, "did not print an ExecCredential as JSON", id="text"
            ),
            pytest.param("print([])", {}, "did not print an ExecCredential", id="a list"),
            pytest.param(
                a_credential(),
                {},
                "printed neither a token nor a certificate with its key",
                id="nothing",
            ),
            pytest.param(
                a_credential(clientCertificateData="x"),
                {},
                "printed neither a token nor a certificate with its key",
                id="a certificate without its key",
            ),
            pytest.param(
                a_credential(token="t", expirationTimestamp="soon"),
                {},
                "printed an expirationTimestamp that is none: soon",
                id="an odd time",
            ),
            pytest.param(
                a_credential(token="t"),
                {"apiVersion": "client.authentication.k8s.io/v1beta1"},
                "printed one of client.authentication.k8s.io/v1, and not of "
                "client.authentication.k8s.io/v1beta1",
                id="another version",
            ),
        ],
    )
    async def test_one_that_fails_is_told(
        self, machine: Machine, script: str, changes: dict[str, Any], told: str
    ) -> None:
        user = a_plugin(machine.folder / "plugin", script, **changes)
        path = machine.write("config", a_kubeconfig(user=user))
        assert await machine.refusal(path) == (
            f'the kubeconfig at /config can\'t be used: its exec plugin "/plugin" {told}'
        )

    @pytest.mark.parametrize(
        ("plugin", "told"),
        [
            pytest.param(
                {"command": "none-such", "installHint": "Install it"},
                'its exec plugin "none-such" is not there; Install it',
                id="missing",
            ),
            pytest.param(
                {"command": "/config"},
                'its exec plugin "/config" can\'t be run: Permission denied',
                id="no program",
            ),
            pytest.param(
                {"command": "p", "interactiveMode": "Always"},
                'its exec plugin "p" needs a terminal, and there is none',
                id="interactive",
            ),
            pytest.param({}, "its exec plugin has no command", id="no command"),
            pytest.param(
                {"command": "p", "apiVersion": "client.authentication.k8s.io/v1alpha1"},
                'the apiVersion of its exec plugin "p" is not client.authentication.k8s.io/v1',
                id="an old version",
            ),
        ],
    )
    async def test_one_that_cannot_be_run_is_told(
        self, machine: Machine, plugin: dict[str, Any], told: str
    ) -> None:
        if plugin.get("command", "").startswith("/"):
            plugin = {**plugin, "command": str(machine.folder) + plugin["command"]}
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", **plugin}}
        path = machine.write("config", a_kubeconfig(user=user))
        assert await machine.refusal(path) == f"the kubeconfig at /config can't be used: {told}"

    async def test_one_that_hangs_ends_with_all_that_it_started(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("exposer.kube.plugins.SECONDS", 5)
        script = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(machine.folder / "child")!r}, "w").write(str(child.pid))
"""  # the child has its output open, so that it seems not to have ended
        user = a_plugin(machine.folder / "plugin", script)
        path = machine.write("config", a_kubeconfig(user=user))
        assert await machine.refusal(path) == (
            'the kubeconfig at /config can\'t be used: its exec plugin "/plugin" did not end '
            "within 5 s"
        )
        assert ends_soon(int((machine.folder / "child").read_text()))


class TestWhatIsWrong:
    """Each in words of its own, and what would be right."""

    @pytest.mark.parametrize(
        ("document", "told"),
        [
            pytest.param("", "it is empty", id="empty"),
            pytest.param("# nothing\n", "it is empty", id="a comment"),
            pytest.param(
                "a: b: c",
                "/config is not YAML: mapping values are not allowed here in line 1",
                id="not YAML",
            ),
            pytest.param("a: 2020-99-99", "/config is not YAML", id="a date that is none"),
            pytest.param("\0", "/config is not YAML", id="not even a text"),
            pytest.param(
                "[]",
                "/config is not a kubeconfig: that would be a mapping of clusters, users and "
                "contexts",
                id="a list",
            ),
            pytest.param(
                "just a text",
                "/config is not a kubeconfig: that would be a mapping of clusters, users and "
                "contexts",
                id="a text",
            ),
            pytest.param(
                {"kind": "Pod"},
                "it has no current-context, and no contexts to choose from",
                id="something else",
            ),
            pytest.param(
                {"contexts": {}, "a": 1},
                "it has no current-context, and no contexts to choose from",
                id="no contexts",
            ),
            pytest.param(
                {"contexts": "x"}, "contexts in /config is not a list", id="a text as list"
            ),
            pytest.param(
                {"contexts": [{"context": {}}]},
                "contexts[0] in /config has no name",
                id="a context without name",
            ),
            pytest.param(
                {"contexts": [{"name": "a", "context": "x"}]},
                "context of contexts[0] in /config is not a mapping",
                id="a context that is a text",
            ),
            pytest.param(
                {**a_kubeconfig(), "current-context": ""},
                'it has no current-context: name one with --context: "prod"',
                id="no current-context",
            ),
            pytest.param(
                {**a_kubeconfig(), "current-context": "moon"},
                'it has no context "moon", only "prod"',
                id="a current-context that is missing",
            ),
            pytest.param(
                {**a_kubeconfig(), "current-context": 7},
                "current-context is not a text: put it into quotes",
                id="a current-context that is a number",
            ),
            pytest.param(
                {**a_kubeconfig(), "clusters": []},
                'its context "prod" names the cluster "prod", which it lacks',
                id="no cluster",
            ),
            pytest.param(
                {**a_kubeconfig(), "users": None},
                'its context "prod" names the user "prod", which it lacks',
                id="no user",
            ),
            pytest.param(
                {**a_kubeconfig(), "contexts": [{"name": "prod", "context": {}}]},
                'its context "prod" names no cluster',
                id="a context without cluster",
            ),
            pytest.param(
                a_kubeconfig(""),
                'the server of its cluster is "": write https://HOST:PORT',
                id="no server",
            ),
            pytest.param(
                a_kubeconfig("ftp://api"),
                'the server of its cluster is "ftp://api": write https://HOST:PORT',
                id="another protocol",
            ),
            pytest.param(
                a_kubeconfig("https://api:port"),
                'the server of its cluster is "https://api:port": write https://HOST:PORT',
                id="no port",
            ),
            pytest.param(
                a_kubeconfig(cluster={"certificate-authority-data": "%"}),
                "its certificate-authority-data is not base64",
                id="an authority that is not base64",
            ),
            pytest.param(
                a_kubeconfig(cluster={"certificate-authority-data": "aGVsbG8="}),
                "its certificate-authority holds no certificate",
                id="an authority that is none",
            ),
            pytest.param(
                a_kubeconfig(
                    cluster={"certificate-authority-data": "", "certificate-authority": "missing"}
                ),
                "/missing can't be read: No such file or directory",
                id="an authority that is missing",
            ),
            pytest.param(
                a_kubeconfig(user={"client-certificate-data": CERTIFICATE}),
                "its user has a client-certificate without client-key",
                id="a certificate without key",
            ),
            pytest.param(
                a_kubeconfig(
                    user={
                        "client-certificate-data": TRUSTED,
                        "client-key-data": KEY,
                    }
                ),
                "its client-key does not belong to its client-certificate",
                id="another key",
            ),
            pytest.param(
                a_kubeconfig(
                    user={"client-certificate-data": CERTIFICATE, "client-key-data": "aGVsbG8="}
                ),
                "its client-key or its client-certificate is not PEM",
                id="a key that is none",
            ),
            pytest.param(
                a_kubeconfig(user={"tokenFile": "missing"}),
                "/missing can't be read: No such file or directory",
                id="a token that is missing",
            ),
            pytest.param(
                a_kubeconfig(user={"tokenFile": "empty"}), "/empty is empty", id="an empty token"
            ),
            pytest.param(
                a_kubeconfig(cluster={"proxy-url": "socks5://proxy"}),
                "proxy-url names a socks5 proxy, which is not supported: name an http or https "
                "proxy",
                id="a socks5 proxy",
            ),
            pytest.param(
                a_kubeconfig(user={"auth-provider": {"name": "azure"}}),
                'its auth-provider "azure" is not supported: use an exec plugin',
                id="another auth-provider",
            ),
            pytest.param(
                a_kubeconfig(user={"auth-provider": {"name": "oidc"}}),
                'its auth-provider "oidc" gives no token: oidc: missing configuration',
                id="OpenID Connect without its configuration",
            ),
        ],
    )
    async def test_a_kubeconfig_that_cannot_be_used(
        self, machine: Machine, document: object, told: str
    ) -> None:
        machine.write("empty", "\n")
        path = machine.write("config", document)
        assert await machine.refusal(path) == f"the kubeconfig at /config can't be used: {told}"

    async def test_a_key_that_is_encrypted(self, machine: Machine) -> None:
        from cryptography.hazmat.primitives import serialization

        encrypted = serialization.load_pem_private_key(ADMIN.key, None).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password"),
        )
        user = {
            "client-certificate-data": CERTIFICATE,
            "client-key-data": b64encode(encrypted).decode(),
        }
        path = machine.write("config", a_kubeconfig(user=user))
        assert await machine.refusal(path) == (
            "the kubeconfig at /config can't be used: its client-key is encrypted: decrypt it first"
        )

    async def test_a_folder(self, machine: Machine) -> None:
        assert await machine.refusal(str(machine.folder / "home")) == (
            "the kubeconfig at /home can't be used: /home can't be read: Is a directory"
        )

    async def test_no_kubeconfig(self, machine: Machine) -> None:
        missing = str(machine.folder / "missing")
        assert await machine.refusal(missing) == "there is no kubeconfig at /missing"
        assert await machine.refusal(missing, "prod") == "there is no kubeconfig at /missing"
        elsewhere = "name one with --kubeconfig or KUBECONFIG"
        nothing = "can't connect to a cluster: there is no kubeconfig at /home/.kube/config"
        assert await machine.refusal() == f"{nothing}, and this is not a Pod; {elsewhere}"
        assert await machine.refusal(None, "prod") == f"{nothing}; {elsewhere}"
        machine.environ["KUBERNETES_SERVICE_HOST"] = "10.0.0.1"
        assert await machine.refusal() == (
            f"{nothing}, and this Pod has no ServiceAccount token (see "
            f"automountServiceAccountToken); {elsewhere}"
        )
        machine.environ["KUBECONFIG"] = missing
        assert await machine.refusal() == (
            "there is no kubeconfig at /missing, which KUBECONFIG names"
        )

    async def test_a_pod_whose_files_are_not_whole(self, machine: Machine) -> None:
        machine.be_a_pod(token="")
        assert await machine.refusal() == (
            "this Pod's ServiceAccount can't be used: /serviceaccount/token is empty"
        )
        machine.write("serviceaccount/token", "t")
        machine.write("serviceaccount/ca.crt", "hello")
        assert await machine.refusal() == (
            "this Pod's ServiceAccount can't be used: its certificate-authority holds no "
            "certificate"
        )
