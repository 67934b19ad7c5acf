"""exposer: compact port strings in, an owned Service and its live endpoints out.

The way of the data, a stage a package, in this order:

1. ``grammar``    string -> PortString
2. ``api``        YAML -> ExposeRequest -> AcceptedRequest, or a refusal with its reason
3. ``desired``    AcceptedRequest -> the objects that ought to stand
4. ``observed``   what stands: trimmed copies, fed by watches
5. ``plan``       desired against observed -> what to write
6. ``applied``    the writes, and what the API server said to them
7. ``status``     all of it -> the status that users read

``reconcile`` calls them in turn for one request. ``informers`` feed it, ``workers`` run it,
``leadership`` picks one process of several, and ``manager`` puts it all together over ``kube``, the
connection to the API server. ``explained`` is what the commands tell of a cluster: the ways to a
Service, and where they break; ``commands`` is the command line. A stage imports only earlier ones
(``make check`` proves it).
"""
