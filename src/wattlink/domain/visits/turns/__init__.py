"""A visit in hand: it is one turn's, and what another turn brings counts no more."""
