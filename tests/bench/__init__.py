"""What the booking core costs, as ratios against floors measured in the same run (`make bench`).

A floor is a constant view under the same server; the control is a view that authenticates and
commits as many plain rows as a booking. Bare times would speak of the machine; ratios speak of us.
"""
