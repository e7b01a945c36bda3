"""The rig for the protocol of DESIGN §6: a Twilio that misbehaves, workers that are killed, and the
count of what reached each phone.

`rig.run` puts a sender to the test. `reference` is the protocol in bare SQL, and a naive sender
beside it: they prove that the rig counts right.
"""
