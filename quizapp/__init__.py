"""quizapp: timed exams drawn from tagged item banks, and completion records anyone can verify.

Read from the bottom up; imports only ever point down this list:

domain        decides. Pure and deterministic: item types, blueprints, deadlines, task statuses, records.
ports         what the product needs from the outside world, as Protocols.
settings      every setting, its type, default and one sentence.
store         remembers. The only place that knows SQLAlchemy.
integrations  implements ports and file formats (signing, mail, item bank files).
services      does. One verb = one function = one transaction = one audit line.
web, cli      talk to people and to operators.
app           wires everything together.
"""

__version__ = "0.1.0"
