/** A process that closes its inbox while more is asked of it, as what is settled at the very end does. Argument: file. */
import { messageOf } from '../../../shared/errors.ts'
import { openSqliteInbox } from './inbox-sqlite.ts'

const inbox = await openSqliteInbox(process.argv[2] ?? '')
const [seq = 0] = await inbox.commit({ append: [{ nodeId: 'node', digest: 'one', body: Buffer.from('one'), at: 0 }], remove: [] })
const closing = inbox.close()
const late = inbox.commit({ append: [], remove: [seq] }).then(() => 'kept', messageOf)
await closing
process.stdout.write(`closed; ${await late}\n`)
