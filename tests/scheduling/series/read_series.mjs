// Reads a calendar of recurring events from standard input with ical.js and prints, as JSON, the
// start and end of everything that they amount to before the instant given as argument.
import ICAL from "ical.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const calendar = new ICAL.Component(ICAL.parse(Buffer.concat(chunks).toString("utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const until = new Date(process.argv[2]);
const components = calendar.getAllSubcomponents("vevent");
const isException = (component) => component.hasProperty("recurrence-id");
const masters = components.filter((component) => !isException(component));
const times = [];
for (const component of masters) {
  const uid = component.getFirstPropertyValue("uid");
  const exceptions = components.filter(
    (other) => isException(other) && other.getFirstPropertyValue("uid") === uid,
  );
  const event = new ICAL.Event(component, { exceptions });
  const iterator = event.iterator();
  for (let next = iterator.next(); next && next.toJSDate() < until; next = iterator.next()) {
    const found = event.getOccurrenceDetails(next);
    if (found.item.component.getFirstPropertyValue("status") === "CANCELLED") continue;
    times.push([found.startDate.toJSDate().toISOString(), found.endDate.toJSDate().toISOString()]);
  }
}
process.stdout.write(JSON.stringify(times));
