"""When a domain is paused at once, whatever its reputation of the hour says.

Source: the deliverability facts, from what mailbox providers demand: complaints never at 0.3 %.
"""

LEAST_SENDS = 50
"""Messages of 7 days below which a rate says little."""
LEAST_EVENTS = 3
BOUNCE_RATE = 0.05
COMPLAINT_RATE = 0.003
