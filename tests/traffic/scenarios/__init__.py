"""The tutorials that the project grew out of, told through ExposeRequests, a module each.

Nodes choose among the endpoints of a Service at random. Where a test wants to see all of them, or a
choice that doesn't change, it makes so many connections that it fails by chance less than once in
100,000 runs: 20 connections miss one of two pods once in 500,000 runs.
"""
