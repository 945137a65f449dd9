"""The pages and what they stand on: templates, static files, health."""
