const DAY_MS = 86_400_000

/** The beginning of a UTC day, `2026-11-21`, so many days later; `null` for what is no day. */
export function dayStart(day: string | null, later = 0): string | null {
  if (day === null || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null
  const at = Date.parse(`${day}T00:00:00.000Z`)
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) return null
  return new Date(at + later * DAY_MS).toISOString()
}

/** From the first of two days to the end of the second, as calls take it. Either may be missing. */
export const betweenDays = (from: string | null, to: string | null): { readonly since: string | null; readonly until: string | null } => ({
  since: dayStart(from),
  until: dayStart(to, 1),
})
