"""How people take over: cases, duty, booking, and the desk's pages."""
