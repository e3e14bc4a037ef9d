"""Commands: what an app tells a device, from the wish until the device is seen to have done it.

    pending --begin--> sending --accepted--> sent --seen--> confirmed
       ^                  |                   |
       +---put back-------+                   |      pending, not begun by `expires_at` -> expired
         (certainly not done)                 |      sending, sent, not seen for 2 minutes -> failed (no response)
                                              |      refused, or seen to be impossible -> failed
    a newer one, a cancellation, the device gone: cancelled or failed at once, whatever a visit still does

`sending` is committed before the request. What is found in `sending` may have been done: it is sent again only where
the manifest calls the vendor's commands idempotent, else the device's state decides. Visits send (`accounts/`); here
is what may be told, what was told, and how it ends.
"""
