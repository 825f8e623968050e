"""One item a row: the layout that CSV files and workbooks share (docs/item-formats.md).

What an item type needs stands in the same columns for every type: options ``a`` to ``h``, ``key``, a
rationale for each. What no column holds stands in ``more``, as JSON of the author's form, so that a
table loses nothing of any type.
"""
