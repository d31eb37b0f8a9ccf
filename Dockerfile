# syntax=docker/dockerfile:1
# The service alone: no training code, no compiler, no root.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/engram
COPY requirements-service.txt .
RUN /opt/engram/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements-service.txt \
    # Needed to compile against TensorFlow, to install packages, or never: a third of the size.
    && packages="$(/opt/engram/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')" \
    && rm -rf "$packages/tensorflow/include" "$packages"/clang "$packages"/pip "$packages"/pip-* \
    && find "$packages" -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -rf {} +

FROM python:3.11-slim-bookworm
ENV PATH=/opt/engram/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENGRAM_ARTIFACTS=/artifacts \
    ENGRAM_HOST=0.0.0.0 \
    # Callers are not asked who they are: publish the port only where all may ask (compose.yaml: this machine).
    ENGRAM_ALLOW_ANONYMOUS=1
RUN mkdir /artifacts
COPY --from=build /opt/engram /opt/engram
COPY models /app/models
COPY service /app/service
WORKDIR /app
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "service.probe"]
CMD ["python", "-m", "service"]
