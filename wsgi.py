"""The WSGI application, for any server: ``granian --interface wsgi wsgi:app``."""

from quizapp.app import create_app

app = create_app()
