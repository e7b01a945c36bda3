"""The rig that proves the protocol of DESIGN §6: real workers, a Twilio that misbehaves, kill -9.

`rig.run` puts a sender to the test and counts what reached each phone. `program` is ours: the web
server and the workers as they are in production. `reference` is the same protocol in bare SQL,
and a naive sender beside it: they prove that the rig counts right.
"""
