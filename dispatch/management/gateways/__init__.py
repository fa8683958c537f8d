"""Gateways that play WeChat and text messages, for tests and the demo."""
