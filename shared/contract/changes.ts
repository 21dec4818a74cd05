/** That something changed, told to whoever looks at it: Server-Sent Events (HTML Living Standard §9.2). What it is now, they ask for themselves. */
import { z } from 'zod'

/** Where the stream is: `GET`, `text/event-stream`, with an API key or the cookie of a session, by whoever has `self.read`. */
export const CHANGES_PATH = '/v1/changes'
/** The one event there is; its data is a {@link ChangeNotice} as JSON, its id a number that rises. Lines that begin with a colon keep the line open. */
export const CHANGES_EVENT = 'changed'

/** What may change: each is what the lists of that name show. */
const CHANGE_TOPICS = [
  'jobs',
  'nodes',
  'zones',
  'incidents',
  'decisions',
  'receipts',
  'payouts',
  'approvals',
  'ledger',
  'acts',
  'keys',
  'members',
  'webhooks',
  'requesters',
  'models',
] as const
export const ChangeTopic = z.enum(CHANGE_TOPICS)
export type ChangeTopic = z.infer<typeof ChangeTopic>

/** All that changed since the notice before; all that the asker may read on the first one, since nobody knows what was missed. */
export const ChangeNotice = z.strictObject({ topics: z.array(ChangeTopic).max(CHANGE_TOPICS.length) })
export type ChangeNotice = z.infer<typeof ChangeNotice>

/** Something is said at least this often, so that a silent line is a dead one. */
export const CHANGES_HEARTBEAT_MS = 15_000
