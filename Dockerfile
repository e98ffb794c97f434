# One image for every process of the service; the command says which one it is.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/icr
# What is locked first: it changes seldom, so that the layer is kept.
COPY requirements.lock ./
RUN /opt/icr/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
# The build tool is locked too; it stays in this stage.
COPY requirements-build.lock ./
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY domain domain
COPY projections projections
COPY adapters adapters
COPY tools tools
COPY schemas schemas
RUN /opt/tools/bin/pip wheel --no-cache-dir --no-deps --no-index --no-build-isolation --wheel-dir dist . \
    && /opt/icr/bin/pip install --no-cache-dir --no-deps --no-index dist/*.whl

FROM python:3.11-slim-bookworm
COPY --from=build /opt/icr /opt/icr
RUN useradd --system --uid 10001 --home-dir /var/lib/icr --shell /usr/sbin/nologin icr \
    && install -d -o icr -g icr -m 0700 /var/lib/icr
ENV PATH=/opt/icr/bin:$PATH \
    ICR_DATA_DIR=/var/lib/icr
# By number, so that a cluster can see that it is not root.
USER 10001
WORKDIR /var/lib/icr
ENTRYPOINT ["icr"]
CMD ["--help"]
