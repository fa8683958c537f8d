"""Takes 2 GiB at once."""

print(len(bytearray(2 * 2**30)))
