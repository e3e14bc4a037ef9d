"""How vendors do, told from what we asked of them ourselves in the last quarter of an hour.

    visits, in every `work` process --> Tally, counted in memory --> added up in rows of five minutes, every few seconds
    sign-ins, as each one ends --------------------------------------^
                                                                     |
    circuit (outage, incident) -------------> judge (model.py) <-----+ --> READY, ELEVATED_ERROR_RATE, OUTAGE

A visit costs no statement. What a killed process hadn't written down yet is missing from the count, and nowhere else.
"""
