"""Exam files on the small framework, for tests."""

CERTIFICATION = """\
id: small-exam
title: Small certification
framework: small
banks: [small-bank]
mode: certification
minutes: 20
blueprint:
  1.A: 8 + 4
  1.B: 8 + 4
"""
PRACTICE = """\
id: small-practice
title: Small practice
framework: small
banks: [small-bank]
mode: practice
minutes: 10
blueprint:
  1.A: 4
  1.B: 4
"""
BROKEN = """\
id: Broken One
title: ""
framework: small
banks: []
mode: exam
minutes: soon
colour: blue
blueprint:
  1.A: many
rules:
  task:
    c: 7/10
attempts:
  per_cycle: 2
  often: true
"""
