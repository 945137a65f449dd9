"""Texts through Twilio: SMS and WhatsApp, out by its interface and in by its webhooks."""
