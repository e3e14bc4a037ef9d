"""The circuit of each registration, so that a vendor that is down is asked once a minute and not by everybody.

    closed --(3 outages in a row, no success between)--> open --(a probe got through)--> closed, its rows spread
                                                          open --(nobody wants a visit)--> closed

While it is open none of the registration's visits and revocations is taken, save one of each a minute: the probes. A
sign-in that gets through is one too.
"""
