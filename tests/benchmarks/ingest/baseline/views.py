"""Reports by Django REST framework, as its documentation teaches: the yardstick of the hot path."""

from django.db import transaction
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.benchmarks.ingest.baseline.models import LiveState, Reading, Unit


class ReadingSerializer(serializers.ModelSerializer[Reading]):
    class Meta:
        model = Reading
        exclude = ["id", "unit", "received_at"]


class ReportsView(APIView):
    """Keep one report or a list of them: known ones are ignored, the live state moves on."""

    def post(self, request: Request) -> Response:
        unit = request.auth
        assert isinstance(unit, Unit)
        sent = request.data if isinstance(request.data, list) else [request.data]
        serializer = ReadingSerializer(data=sent, many=True)
        serializer.is_valid(raise_exception=True)
        readings = [Reading(unit=unit, **values) for values in serializer.validated_data]
        newest = max(serializer.validated_data, key=lambda values: values["recorded_at"])
        with transaction.atomic():
            Reading.objects.bulk_create(readings, ignore_conflicts=True)
            older = LiveState.objects.filter(unit=unit, recorded_at__lt=newest["recorded_at"])
            if not older.update(**newest):
                LiveState.objects.get_or_create(unit=unit, defaults=newest)
        return Response({"stored": len(readings)}, status=status.HTTP_201_CREATED)
