"""The ladder of channels to a driver: docs/explanation/channels.md."""
