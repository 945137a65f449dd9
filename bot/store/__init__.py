"""The database: the only room that knows it.

Tables, the unit of work, migrations, sealing, and a room of plain functions for each thing that is kept.
"""
