"""Markdown of items and instructions to safe HTML, with formulas as MathML."""

from quizapp.integrations.markdown.rendering import FILTERS, plain, render, render_inline

__all__ = ["FILTERS", "plain", "render", "render_inline"]
