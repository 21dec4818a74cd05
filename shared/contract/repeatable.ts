import type { HttpBinding } from './define.ts'

/** Calls that read although they are sent as POST, since what they ask with is too long or too private for an address. */
const READING: ReadonlySet<string> = new Set(['getSolarForecast', 'planJob', 'quotePayout', 'planVault', 'awaitOrders', 'heartbeat'])

/** Whether a call may be sent again when nobody knows if it was done: whatever only reads, and what its summary promises it of. */
export const isRepeatable = (name: string, { method, summary }: HttpBinding): boolean =>
  method === 'GET' || READING.has(name) || /\b(?:repeating|once per)\b/i.test(summary)
