/** Python's strftime of a day at midnight, in English. */
import { fail } from "./values.ts";

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** `date` is yyyy-mm-dd. Throws if the format asks for what is not computed here. */
export function formatDate(date: string, format: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [month = "", weekday = ""] = [MONTHS[day.getUTCMonth()], DAYS[day.getUTCDay()]];
  const parts: Readonly<Record<string, string>> = {
    a: weekday.slice(0, 3),
    A: weekday,
    b: month.slice(0, 3),
    B: month,
    d: two(day.getUTCDate()),
    "-d": String(day.getUTCDate()),
    e: String(day.getUTCDate()).padStart(2),
    m: two(day.getUTCMonth() + 1),
    "-m": String(day.getUTCMonth() + 1),
    y: two(day.getUTCFullYear() % 100),
    Y: String(day.getUTCFullYear()),
    F: date,
    H: "00",
    I: "12",
    p: "AM",
    M: "00",
    S: "00",
    "%": "%",
  };
  return format.replace(/%(-?.)?/gs, (all, key: string) =>
    Object.hasOwn(parts, key) ? (parts[key] ?? "") : fail(`strftime_now of ${all} is not supported`),
  );
}
