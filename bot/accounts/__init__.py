"""Who may come in: accounts, sign-in, roles."""
