# An image that serves: the package, its models, and an index in /data.
#   docker build --tag despatch-box .
#   docker run --rm --publish 127.0.0.1:8000:8000 --volume despatch:/data despatch-box
FROM python:3.11-slim-bookworm

# Where to take torch from: empty takes the usual place, whose build can be large.
ARG TORCH_INDEX=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1

WORKDIR /opt/despatch-box
COPY pyproject.toml requirements.lock LICENSE README.md ./
COPY retrieval retrieval
COPY service service
# The lock holds the exact versions, those of the tests too: as constraints, only what is needed comes.
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --no-deps --index-url "$TORCH_INDEX" "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.lock)"; \
    fi \
    && pip install --constraint requirements.lock . \
    && useradd --create-home --uid 10001 despatch \
    && install --directory --owner despatch /data

# By number, which a host can tell from root without the names of the image.
USER 10001
VOLUME /data
ENV DESPATCH_DATA=/data DESPATCH_HOST=0.0.0.0
EXPOSE 8000
# It then finishes what it was asked, within 8 seconds: `docker stop` waits for 10.
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
ENTRYPOINT ["despatch"]
CMD ["serve"]
