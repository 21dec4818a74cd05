/** A process that keeps messages in an inbox and says of each when it is durable, until it is killed. Arguments: file, name of this life. */
import { hash } from 'node:crypto'
import { openSqliteInbox } from './inbox-sqlite.ts'
import { createInboxWriter } from './inbox-writer.ts'

const [file = '', life = ''] = process.argv.slice(2)
const inbox = await openSqliteInbox(file)
const writer = createInboxWriter(inbox)

async function send(n: number): Promise<void> {
  const body = Buffer.from(`${life} ${n}`)
  const seq = await writer.append({ nodeId: `node ${n % 3}`, digest: hash('sha256', body, 'base64url'), body, at: n })
  // Every third is done at once, as what is settled is.
  if (n % 3 === 0) void writer.remove({ seq, body })
  process.stdout.write(`${life} ${n}\n`)
}

for (let n = 0; ; n += 8) await Promise.all(Array.from({ length: 8 }, (_, index) => send(n + index)))
