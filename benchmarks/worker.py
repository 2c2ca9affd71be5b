"""The worker's side: calls methods of one peer as lines of JSON on the standard input ask for.

A request is ``{"method": name, "arguments": {...}}``, its answer ``{"result": value}`` or
``{"error": text}``. Whatever libraries print goes to the standard error.
"""

import json
import os
import sys
import traceback
from importlib import import_module


def take_streams():
    """Keep the two pipes for the protocol, out of reach of libraries and child processes.

    Returns
    -------
    requests, answers : file
        Where lines are read from and written to.
    """
    requests = os.fdopen(os.dup(0), "r")
    answers = os.fdopen(os.dup(1), "w")
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def answer(peer, request):
    """Return the answer to one request.

    Parameters
    ----------
    peer : object
        Whose method is called.
    request : dict
        Name of the method and its arguments.

    Returns
    -------
    answer : dict
        The result or the error.
    """
    method = getattr(peer, request["method"], None)
    if method is None:
        return {"error": "this peer does not do it"}
    try:
        return {"result": method(**request["arguments"])}
    except Exception as error:
        traceback.print_exc()
        message = (str(error).strip() or "no message").splitlines()[0]
        return {"error": f"{type(error).__name__}: {message}"}


def main(module, options):
    """Import the peer and serve it until the standard input ends.

    Parameters
    ----------
    module : str
        Name of the peer's module.
    options : str
        Arguments of its class as JSON.
    """
    requests, answers = take_streams()
    peer = None
    for line in requests:
        if peer is None:
            try:
                peer = import_module(module).Peer(**json.loads(options))
            except Exception as error:
                traceback.print_exc()
                failure = {"error": f"{type(error).__name__}: {error}"}
                print(json.dumps(failure), file=answers, flush=True)
                return
        print(json.dumps(answer(peer, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
