"""How the service does, in numbers, for Prometheus; only where the settings say so."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from service.metrics import MEDIA_TYPE, Metrics
from service.not_kept import NOT_KEPT

# Not part of the interface that users are promised: it is for whoever runs the service.
router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Give all metrics."""
    told: Metrics = request.app.state.metrics
    # Not in one of the threads that answer requests: there may be none left when this is needed most.
    written = await asyncio.to_thread(told.written)
    return Response(written, media_type=MEDIA_TYPE, headers=NOT_KEPT)
