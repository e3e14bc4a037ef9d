"""What happened, pushed to partners: webhooks and a feed in Podero's words, and the steps of onboarding sessions."""
