"""The first conversation: which slots to offer, what a reply to them means, and how long we have promised."""
