"""The cluster -> what a command wants to know of it, in a handful of reads."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from exposer.api.identity import GROUP, KIND, PLURAL, SERVICE_NAME_LABEL
from exposer.applied import read_backing
from exposer.commands.connection import connected
from exposer.commands.failures import CommandError
from exposer.explained.survey import Survey, trimmed_node
from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path, object_path
from exposer.observed import Key, is_owned_by, trimmed_object, trimmed_request
from exposer.observed.pods import BackingPods, unavailable

Body = dict[str, Any]


class Found(NamedTuple):
    """A Service, whoever made it, and its EndpointSlices."""

    service: Body
    slices: list[Body]


async def read_survey(options: argparse.Namespace) -> Survey:
    """What stands of the request that the options name.

    Raises:
        CommandError: There is no such request, or not all of it may be read.
    """
    async with connected(options) as (client, namespace):
        try:
            return await _survey(client, Key(namespace, options.name))
        except ApiError as error:
            raise _failure(error) from error


async def read_service(options: argparse.Namespace) -> Found:
    """The Service that the options name.

    Raises:
        CommandError: There is none, or it may not be read.
    """
    async with connected(options) as (client, namespace):
        key = Key(namespace, options.name)
        try:
            service = await _read(client, "Service", key, "services")
            return Found(service, await _slices(client, key))
        except ApiError as error:
            raise _failure(error) from error


async def _survey(client: Client, key: Key) -> Survey:
    request = trimmed_request(await _read(client, KIND, key, f"{PLURAL}.{GROUP}"))
    name = request.status.get("serviceName") or request.service_key.name
    service = await _read_if_there(client, object_path("Service", key.namespace, name))
    if service is None or not is_owned_by(trimmed_object("Service", service), request.uid):
        return Survey(request)
    slices = await _slices(client, Key(key.namespace, name))
    survey = Survey(request, service, tuple(slices))
    if survey.depends_on_nodes:
        survey = await _with_nodes(client, survey)
    selector = survey.spec.get("selector")
    if selector:
        survey = replace(survey, backing=await _pods(client, key.namespace, selector))
    return survey


async def _pods(client: Client, namespace: str, selector: Mapping[str, str]) -> BackingPods:
    """A few of the pods: an extra, without which the rest can still be told."""
    try:
        return await read_backing(client, namespace, selector)
    except ApiError as error:
        return unavailable(error.message)


async def _with_nodes(client: Client, survey: Survey) -> Survey:
    """With the nodes; they belong to no namespace, and many users may not read them."""
    try:
        nodes = await client.send("GET", "/api/v1/nodes")
    except ApiError as error:
        if error.code != 403:
            raise
        return replace(survey, gaps=(f"the nodes are not known: {error.message}",))
    return replace(survey, nodes=tuple(map(trimmed_node, nodes["items"])))


async def _slices(client: Client, service: Key) -> list[Body]:
    query = {"labelSelector": f"{SERVICE_NAME_LABEL}={service.name}"}
    path = collection_path("EndpointSlice", service.namespace)
    found: list[Body] = (await client.send("GET", path, query=query))["items"]
    return found


async def _read(client: Client, kind: str, key: Key, resource: str) -> Body:
    try:
        return await client.send("GET", object_path(kind, *key))
    except ApiError as error:
        if error.code != 404:
            raise
        if not error.status.get("details"):  # it's the path that isn't there
            raise CommandError(
                f'error: the server doesn\'t have a resource type "{PLURAL}": apply its '
                "CustomResourceDefinition first, as in 'exposer crd | kubectl apply -f -'"
            ) from error
        raise CommandError(
            f'Error from server (NotFound): {resource} "{key.name}" not found in namespace '
            f'"{key.namespace}"'
        ) from error


async def _read_if_there(client: Client, path: str) -> Body | None:
    try:
        return await client.send("GET", path)
    except ApiError as error:
        if error.code != 404:
            raise
        return None


def _failure(error: ApiError) -> CommandError:
    """What kubectl would say."""
    if error.code == 0:
        return CommandError(f"error: {error.message}")
    if error.code == 401:
        return CommandError("error: You must be logged in to the server (Unauthorized)")
    reason = error.status.get("reason")
    return CommandError(f"Error from server{f' ({reason})' if reason else ''}: {error.message}")
