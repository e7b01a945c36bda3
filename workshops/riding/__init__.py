"""Hippotherapy: its rules (`checking`), and whole afternoons proposed under them (`proposing`).

Nothing here touches the database. Times are whole minutes of one local day, intervals
`[from, until)`.
"""
