"""What repeats: made, changed, rolled forward, undone (DESIGN §3)."""
