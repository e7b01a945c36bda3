"""Invented centres to try the program on: nobody here exists.

What is invented follows from the date alone, so that two loads on one day are equal; only the
public ids differ, which the program draws at random as it always does, and the hold of the last
minutes. Bookings are made through the booking core, each at an invented moment before it: the
demo cannot hold what a centre could not have booked.
"""
