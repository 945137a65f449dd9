# The service: the chat page, the desk and the webhooks. Build it from the checkout's top:
#   docker build -f docker/service.Dockerfile -t first-contact .

FROM python:3.13.7-slim-trixie AS build
WORKDIR /build
COPY .requirements/ .requirements/
RUN ["pip", "install", "--no-cache-dir", "--require-hashes", "-r", ".requirements/uv.txt"]
RUN ["uv", "venv", "/opt/first-contact"]
RUN ["uv", "pip", "sync", "--no-cache", "--python", "/opt/first-contact/bin/python", "--require-hashes", ".requirements/service.txt", ".requirements/encoder.txt"]
# The code comes last, because it changes more often than what it stands on.
COPY pyproject.toml README.md ./
COPY bot/ bot/
COPY dialogue/ dialogue/
COPY handoff/ handoff/
RUN ["uv", "build", "--no-cache", "--wheel", "--out-dir", "dist", "--require-hashes", "--build-constraints", ".requirements/dev.txt", "--build-constraints", ".requirements/node.txt"]
RUN ["uv", "pip", "install", "--no-cache", "--python", "/opt/first-contact/bin/python", "--no-deps", "--no-index", "--find-links", "dist", "first-contact"]

FROM python:3.13.7-slim-trixie
RUN ["useradd", "--system", "--uid", "10001", "--no-create-home", "--shell", "/usr/sbin/nologin", "first-contact"]
RUN ["install", "--directory", "--owner", "first-contact", "--mode", "0700", "/var/lib/first-contact"]
COPY --from=build /opt/first-contact /opt/first-contact
ENV PATH="/opt/first-contact/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE="1" \
    PYTHONUNBUFFERED="1" \
    FIRST_CONTACT_HOST="0.0.0.0" \
    FIRST_CONTACT_DATA_FOLDER="/var/lib/first-contact"
USER 10001
WORKDIR /var/lib/first-contact
VOLUME ["/var/lib/first-contact"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["first-contact"]
CMD ["serve"]
