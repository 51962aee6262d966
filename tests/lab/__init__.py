"""The lab: real servers, real clients, networks of our own, and captures of what they said.

Takes nothing from the outside but installed programs; gives `captures/<topic>/<case>/`.
Touches network namespaces whose names begin with `snf-`, nothing else on the machine.
"""
