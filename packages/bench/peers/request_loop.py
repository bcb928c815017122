"""How a worker is asked: requests on standard input, a line of JSON each, answers on descriptor 3.
src/peers/peer-process.ts tells the protocol."""

import json
import os
import sys


def open_answers():
    answers = os.fdopen(3, "w")
    os.dup2(2, 1)  # what a runtime prints goes to standard error
    return answers


def put(answers, answer):
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def said(problem):
    return {"error": f"{type(problem).__name__}: {problem}"}


def answer_requests(worker, answers):
    """`do` of a request names the worker's method, which gets the request and returns the answer."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request["do"])(request)
        except Exception as problem:
            answer = said(problem)
        put(answers, answer)
