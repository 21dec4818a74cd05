/**
 * Full jitter (AWS Architecture Blog, “Exponential Backoff And Jitter”): a random wait below a ceiling that doubles.
 * `attempt` counts from 0; `random` is in [0, 1). Returns milliseconds.
 */
export const backoffMs = (attempt: number, random: number, { baseMs = 500, maxMs = 30_000 } = {}): number =>
  Math.round(random * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 16)))
