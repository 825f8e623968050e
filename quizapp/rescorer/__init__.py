"""Scores an exported attempt a second time, and says where the stored score differs.

Written from the documents alone (docs/adding-an-item-type.md, docs/rescoring.md) and sharing no line
with the code that scores: it imports nothing of this product, and another way of reckoning was taken
wherever there was one. What both agree on is either right or wrong in the documents.
"""

from __future__ import annotations

from quizapp.rescorer.results import Difference, differences, rescored

__all__ = ["Difference", "differences", "rescored"]
