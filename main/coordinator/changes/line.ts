/** What goes over the line of a stream of events (HTML Living Standard §9.2). Pure. */
import { CHANGES_EVENT, type ChangeTopic } from '../../../shared/contract/changes.ts'

export const noticeText = (id: number, topics: readonly ChangeTopic[]): string => `id: ${id}\nevent: ${CHANGES_EVENT}\ndata: ${JSON.stringify({ topics })}\n\n`

/** Keeps proxies and the asker from taking the line for dead. */
export const HEARTBEAT = ': still here\n\n'

/** When to come again once the line has ended, milliseconds; not everybody at the same moment. */
export const retryText = (ms: number): string => `retry: ${Math.round(ms)}\n\n`
