"""Answers without end."""

while True:
    print("x" * 2**20)
