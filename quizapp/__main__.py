"""``python -m quizapp`` is the console script."""

from quizapp.app import main

if __name__ == "__main__":
    main()
