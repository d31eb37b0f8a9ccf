# syntax=docker/dockerfile:1
# The service alone: no training code, no compiler, no root. Two images: `slim` answers with ONNX Runtime and
# holds no TensorFlow; `full`, the default, has both engines.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv --without-pip /opt/engram
# Byte code is made here, for a quick start under any user; sources and byte code never part, so no check.
ENV INSTALL="pip --disable-pip-version-check --python /opt/engram/bin/python install --no-cache-dir --no-compile --require-hashes --no-deps" \
    COMPILE="/opt/engram/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash" \
    PACKAGES=/opt/engram/lib/python3.11/site-packages

FROM build AS build-slim
COPY requirements-slim.txt .
RUN $INSTALL -r requirements-slim.txt \
    # Of jieba, only what cuts a text into words.
    && rm -rf "$PACKAGES/jieba/posseg" "$PACKAGES/jieba/analyse" "$PACKAGES/jieba/lac_small" \
    && find "$PACKAGES" -depth -type d -name tests -exec rm -rf {} + \
    && $COMPILE "$PACKAGES"

FROM build AS build-full
COPY requirements-service.txt .
RUN $INSTALL -r requirements-service.txt \
    # Needed to compile against TensorFlow, or never: a third of the size.
    && rm -rf "$PACKAGES/tensorflow/include" "$PACKAGES/clang" \
    && rm -rf "$PACKAGES/jieba/posseg" "$PACKAGES/jieba/analyse" "$PACKAGES/jieba/lac_small" \
    && find "$PACKAGES" -depth -type d -name tests -exec rm -rf {} + \
    && $COMPILE "$PACKAGES"

FROM build AS app
COPY models /app/models
COPY service /app/service
RUN $COMPILE /app

FROM python:3.11-slim-bookworm AS base
ENV PATH=/opt/engram/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    # Of ONNX Runtime, for whatever imports it here.
    ORT_DISABLE_TELEMETRY=1 \
    ENGRAM_ARTIFACTS=/artifacts \
    ENGRAM_HOST=0.0.0.0 \
    # Callers are not asked who they are: publish the port only where all may ask (compose.yaml: this machine).
    ENGRAM_ALLOW_ANONYMOUS=1
# A new volume at /state belongs to whom the folder belongs to.
RUN mkdir /artifacts /state && chown 10001:10001 /state
COPY --from=app /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "service.probe"]
CMD ["python", "-m", "service"]

FROM base AS slim
ENV ENGRAM_ENGINE=onnx
COPY --from=build-slim /opt/engram /opt/engram

FROM base AS full
COPY --from=build-full /opt/engram /opt/engram
