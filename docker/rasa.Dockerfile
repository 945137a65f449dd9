# The language understanding, with its model trained in. Build it from the checkout's top:
#   docker build -f docker/rasa.Dockerfile -t first-contact-rasa .
# It has no password: keep it on a network that only the service reaches. linux/amd64 only, as its requirements are.

FROM python:3.10.18-slim-bookworm AS build
WORKDIR /opt/rasa
ENV RASA_TELEMETRY_ENABLED="false"
COPY .requirements/uv.txt .requirements/
RUN ["pip", "install", "--no-cache-dir", "--require-hashes", "-r", ".requirements/uv.txt"]
COPY rasa_project/requirements.txt ./
RUN ["uv", "venv", "/opt/rasa/.venv"]
RUN ["uv", "pip", "sync", "--no-cache", "--python", "/opt/rasa/.venv/bin/python", "--require-hashes", "requirements.txt"]
COPY rasa_project/config.yml rasa_project/domain.yml ./
COPY rasa_project/data/ data/
RUN [".venv/bin/rasa", "train", "nlu", "--nlu", "data/nlu", "--out", "models", "--fixed-model-name", "nlu"]

FROM python:3.10.18-slim-bookworm
RUN ["useradd", "--system", "--uid", "10002", "--home-dir", "/opt/rasa", "--shell", "/usr/sbin/nologin", "rasa"]
WORKDIR /opt/rasa
COPY --from=build /opt/rasa/.venv .venv
COPY --from=build /opt/rasa/config.yml /opt/rasa/domain.yml ./
COPY --from=build /opt/rasa/models models
# Rasa and matplotlib want a folder to write settings into; nothing in it has to be kept.
ENV HOME="/tmp" \
    CUDA_VISIBLE_DEVICES="-1" \
    MALLOC_ARENA_MAX="2" \
    MPLCONFIGDIR="/tmp" \
    PYTHONUNBUFFERED="1" \
    RASA_TELEMETRY_ENABLED="false" \
    TF_CPP_MIN_LOG_LEVEL="3"
USER 10002
EXPOSE 5005
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=3 \
    CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5005/', timeout=4)"]
ENTRYPOINT [".venv/bin/rasa"]
CMD ["run", "--enable-api", "--interface", "0.0.0.0", "--port", "5005", "--model", "models/nlu.tar.gz"]
