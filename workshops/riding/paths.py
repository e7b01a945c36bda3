"""The ways through an afternoon that keep "on end" and rest, as a graph for the solver.

Walking from the first start to the end, somebody at each start either begins a ride or waits. What
must be remembered on the way is how long the present run is and when its last work ended
(`State`); after a rest, nothing. A path through the graph is a plan for one horse or one helper
that breaks none of: one ride at a time, turnaround, most minutes on end. As a flow this is much
tighter for the solver than the same rules said about pairs of rides.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scheduling.intervals import merge
from workshops.riding.facts import DAY, Span


class State(NamedTuple):
    """The run so far. `minutes` of work, the last of it until `worked_until`."""

    minutes: int
    worked_until: int
    has_ride: bool
    """A run of other work alone may be too long: that is nobody's doing here."""


FRESH = State(0, -DAY, False)


class Node(NamedTuple):
    step: int
    """Index of a start; the number of starts is the end of the afternoon."""
    state: State


class Arc(NamedTuple):
    tail: Node
    head: Node
    start: int | None
    """Of the ride that is begun; None where nothing is."""


@dataclass(frozen=True)
class Limits:
    """What one horse or helper must keep, in minutes."""

    most: int
    rest: int
    turnaround: int = 0
    other_work: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Walk:
    starts: Sequence[int]
    session: int
    limits: Limits
    allowed: Collection[int]
    """The starts at which a ride may begin."""

    def arcs(self) -> list[Arc]:
        """All that can be reached from `source`, in order of time. A node that nothing leaves, but
        for the `sink`, is a way that must not be taken."""
        layers: list[set[Node]] = [set() for _ in (*self.starts, self.sink)]
        layers[self.source.step].add(self.source)
        found: list[Arc] = []
        for layer in layers[:-1]:
            for node in sorted(layer):
                for arc in self._leaving(node):
                    found.append(arc)
                    layers[arc.head.step].add(arc.head)
        return found

    @property
    def source(self) -> Node:
        state = self._passing(FRESH, 0, self._time(0)) or FRESH  # without a ride, never None
        return self._settled(Node(0, state) if self.starts else self.sink)

    @property
    def sink(self) -> Node:
        return Node(len(self.starts), FRESH)

    def _leaving(self, node: Node) -> list[Arc]:
        ways = (self._wait(node), self._ride(node))
        return [way._replace(head=self._settled(way.head)) for way in ways if way]

    def _settled(self, node: Node) -> Node:
        """The next node at which there is something to decide: fewer variables."""
        while node != self.sink and not self._ride(node) and (wait := self._wait(node)):
            node = wait.head
        return node

    def _time(self, step: int) -> int:
        return self.starts[step] if step < len(self.starts) else DAY + self.limits.rest

    def _wait(self, node: Node) -> Arc | None:
        now, then = self._time(node.step), self._time(node.step + 1)
        state = self._passing(node.state, now, then)
        return state and self._arc(node, state, None)

    def _ride(self, node: Node) -> Arc | None:
        """None while another ride lasts or riders change, or if the run would be too long."""
        start, again_at = self._time(node.step), node.state.worked_until + self.limits.turnaround
        if start not in self.allowed or (node.state.has_ride and start < again_at):
            return None
        end = start + self.session
        state = self._worked(node.state, (start, end), is_ride=True)
        state = state and self._passing(state, start, self._time(node.step + 1))
        return state and self._arc(node, state, start)

    def _arc(self, node: Node, state: State, start: int | None) -> Arc:
        step = node.step + 1
        return Arc(node, self.sink if step == len(self.starts) else Node(step, state), start)

    def _passing(self, state: State | None, now: int, then: int) -> State | None:
        """After other work that begins in `[now, then)`; fresh again if rested by `then`."""
        for span in merge(self.limits.other_work):
            if state and now <= span[0] < then:
                state = self._worked(state, span, is_ride=False)
        if state and then - state.worked_until >= max(self.limits.rest, self.limits.turnaround):
            return FRESH
        return state

    def _worked(self, state: State, span: Span, *, is_ride: bool) -> State | None:
        """None if a run with a ride in it would be too long."""
        start, end = span
        if start - state.worked_until >= self.limits.rest:
            state = FRESH
        after = State(state.minutes + end - start, end, state.has_ride or is_ride)
        return None if after.has_ride and after.minutes > self.limits.most else after
