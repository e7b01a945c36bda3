"""The toy library: somebody holds a toy for some days, by the same core as an hour or a night."""

from datetime import date, timedelta

from psycopg.types.range import TimestamptzRange

from base import clock
from people.models import Person, User
from rooms.errors import NotLent, ToyTaken
from rooms.models import Loan
from rooms.nights import departure
from scheduling import taking, writing
from scheduling.demand import Need
from scheduling.errors import InvalidInterval
from scheduling.models import Allocation, Booking, Change, Resource
from scheduling.taking import deadlock_retried
from scheduling.writing import Holding

LONGEST_LOAN = timedelta(days=60)


@deadlock_retried
def lend(toy: Resource, person: Person, *, due_on: date, by: User) -> Loan:
    """From now until a day, on which it is due. Raises InvalidInterval, and
    ResourceUnavailable while somebody has it, overdue or not."""
    assert toy.centre_id is not None
    today = clock.today()
    if not timedelta() < due_on - today <= LONGEST_LOAN:
        raise InvalidInterval(days=LONGEST_LOAN.days)
    needs = [Need(Allocation.Part.TOY, (toy,))]
    now, ends_at = clock.now(), departure(due_on)
    held = taking.take(needs, now, ends_at)
    if Loan.objects.filter(toy=toy, returned_on=None).exists():
        raise ToyTaken(
            resource=toy.public_id,
            kind=Allocation.Part.TOY.value,
            name=toy.name,
            starts_at=now,
            ends_at=ends_at,
        )
    holdings = taking.choose(needs, now, ends_at, held)
    booking = Booking(
        kind=Booking.Kind.LOAN,
        centre_id=toy.centre_id,
        status=Booking.Status.ONGOING,
        starts_at=now,
        ends_at=ends_at,
        created_by=by,
        created_at=now,
    )
    facts = {"toy": str(toy.public_id), "due_on": due_on.isoformat()}
    writing.add(booking, (), holdings, what=Change.What.BEGUN, facts=facts)
    return Loan.objects.create(
        booking=booking, person=person, toy=toy, lent_on=today, due_on=due_on
    )


@deadlock_retried
def take_back(loan: Loan, *, by: User) -> Loan:
    """Returned: the toy may be lent again at once. Raises NotLent."""
    taking.lock([loan.toy_id])
    loan = Loan.objects.select_for_update().select_related("booking", "toy").get(pk=loan.pk)
    if loan.returned_on is not None:
        raise NotLent
    loan.returned_on = clock.today()
    loan.save()
    booking, now = loan.booking, clock.now()
    booking.status = Booking.Status.CLOSED
    booking.version += 1
    booking.save()
    period = TimestamptzRange(booking.starts_at, min(now, booking.ends_at))
    if booking.starts_at < now:
        writing.rearrange(booking, [Holding(Allocation.Part.TOY, loan.toy, 1, period)])
    else:
        writing.release(booking)
    writing.record(booking, Change.What.ENDED, by=by.pk)
    return loan
