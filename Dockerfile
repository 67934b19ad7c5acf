# The operator as an image; `exposer run` is its entry point.
#
#     docker build --tag exposer:0.1.0 .
#
# BASE is any image with Python 3.11 or later as python3, and its module venv. A tag may be another image
# tomorrow: name it by its digest, NAME:TAG@sha256:..., for the same bytes again (docs/security.md).
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# Where pip finds packages, and whom it trusts, where that isn't the usual: settings of its own.
ARG PIP_INDEX_URL
ARG PIP_CERT
WORKDIR /src
# A pip that the result won't have.
RUN python3 -m venv /pip
# What is downloaded is what the lock files say, hash by hash, and comes as wheels: nothing is compiled
# or run here. hatchling, with what it needs, makes ours.
COPY requirements.lock requirements-dev.lock ./
RUN sed -nE '/^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/,/[^\\]$/p' \
        requirements-dev.lock > requirements-build.lock \
    && /pip/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: \
        --requirement=requirements-build.lock
RUN python3 -m venv --without-pip /opt/exposer \
    && /pip/bin/pip --python=/opt/exposer/bin/python install --no-cache-dir --no-compile \
        --require-hashes --only-binary=:all: --requirement=requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY operator operator
RUN /pip/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir=/wheel . \
    && /pip/bin/pip --python=/opt/exposer/bin/python install --no-cache-dir --no-compile \
        --no-index --no-deps /wheel/*.whl \
    && python3 -m compileall -q --invalidation-mode=unchecked-hash /opt/exposer/lib

FROM ${BASE}
LABEL org.opencontainers.image.title="exposer" \
    org.opencontainers.image.description="Exposes workloads in Kubernetes from compact port strings." \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.licenses="Apache-2.0"
# The base's own pip, and what could bring it back.
RUN rm -rf /usr/local/bin/pip* /usr/local/bin/wheel \
        /usr/local/lib/python3*/ensurepip /usr/local/lib/python3*/site-packages/* \
        /usr/lib/python3*/ensurepip /usr/share/python-wheels
COPY --from=build /opt/exposer /opt/exposer
# PATH is for `kubectl exec ... -- exposer parse`. HOME and USER: the Kubernetes client and kopf ask for
# them, and no /etc/passwd knows a user that is only a number. The rest: where it runs, the file system
# is read-only.
ENV PATH=/opt/exposer/bin:$PATH HOME=/ USER=exposer PYTHONDONTWRITEBYTECODE=1 PYTHONSAFEPATH=1
# A number, so that the kubelet sees that it isn't root.
USER 65532:65532
ENTRYPOINT ["exposer", "run"]
