"""Prints last month's orders for the accountant."""

import json
import sys

for order in json.load(sys.stdin):
    print(order["number"], order["total"], sep="\t")
