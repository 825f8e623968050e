"""The text form of an exam, as plain data: read into a definition, and written from one.

docs/exam-files.md describes it for authors. Parsing YAML is not done here.
"""

from quizapp.integrations.exam_files.reading import ExamFile, place, read
from quizapp.integrations.exam_files.writing import write

__all__ = ["ExamFile", "place", "read", "write"]
