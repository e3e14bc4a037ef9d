"""What an attempt means: for the delivery, for the subscription, and for when to try again.

400, 413 and 422 speak of the body, every other failure of the receiver. An array that is refused twice is split; a
single event that is refused five times is doubted, and the next one, sent once as a probe, decides: where that is
accepted the doubted one is set aside, where it isn't the receiver is failing and nothing is.
"""

import random
from datetime import datetime, timedelta

from wattlink.domain.webhooks.deliveries.model import Attempt, Outgoing, State, Verdict

_BODY_REFUSED = frozenset({400, 413, 422})
_GONE = 410
_REFUSALS_OF_AN_ARRAY = 2
_REFUSALS_OF_ONE_EVENT = 5
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=3)


def judge(sent: Outgoing, attempt: Attempt, *, deactivate_after: timedelta, now: datetime) -> Verdict:
    """The verdict on one attempt that ended `now`."""
    tries = sent.tries + 1
    refused = attempt.status in _BODY_REFUSED
    body_refusals = sent.body_refusals + refused
    state, batch_limit = State.OPEN, None
    if _accepted(attempt):
        state = State.DELIVERED
    elif sent.doubted_id is not None:
        state = State.REPLACED
    elif refused and sent.events == 0:
        state = State.DROPPED
    elif sent.events > 1 and body_refusals >= _REFUSALS_OF_AN_ARRAY:
        state, batch_limit = State.REPLACED, sent.events // 2
    elif sent.events == 1 and body_refusals >= _REFUSALS_OF_ONE_EVENT and refused:
        state = State.DOUBTED
    return Verdict(
        delivery_id=sent.delivery_id,
        subscription_id=sent.subscription_id,
        turn=sent.turn,
        state=state,
        due_at=now if state is State.DELIVERED else now + pause(tries, attempt.retry_after),
        tries=tries,
        body_refusals=body_refusals,
        doubted_id=sent.doubted_id,
        status=attempt.status,
        error=None if state is State.DELIVERED else attempt.error or f"answered {attempt.status}",
        accepted=state is State.DELIVERED,
        failed=state not in (State.DELIVERED, State.DROPPED),
        goes_back=state is State.REPLACED,
        batch_limit=batch_limit,
        is_gone=attempt.status == _GONE,
        patience_began=now - deactivate_after,
    )


def pause(tries: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after the n-th attempt: 5 s, doubling up to 3 h (18 attempts in a day), give or take 20 %.

    A receiver that asks for more gets it, up to those 3 h.
    """
    doubled = _FIRST_PAUSE * (1 << min(tries - 1, 12))
    own = min(doubled, _LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311
    return max(own, min(asked, _LONGEST_PAUSE)) if asked is not None else own


def _accepted(attempt: Attempt) -> bool:
    return attempt.status is not None and 200 <= attempt.status < 300
