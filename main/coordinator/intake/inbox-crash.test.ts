import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import type { Entry, Inbox } from './inbox.ts'
import { openSqliteInbox } from './inbox-sqlite.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-inbox-crash-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Lets a process keep messages until it has said so of `count` of them, and kills it in the middle of whatever it does. */
async function live(file: string, life: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'inbox-crash.fixture.ts'), file, life], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === count) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return acknowledged
}

async function all(inbox: Inbox): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let after = 0; ; ) {
    const page = await inbox.page({ after, limit: 500, scope: 'all' })
    if (page.length === 0) return entries
    entries.push(...page)
    after = page.at(-1)?.seq ?? after
  }
}

test('whatever was acknowledged is there after kill −9, in order, however often', async () => {
  const file = join(directory, 'intake.sqlite')
  const owed: string[] = []
  for (let life = 0; life < 4; life += 1) {
    const acknowledged = await live(file, `life-${life}`, 60 + 37 * life)
    owed.push(...acknowledged.filter((line) => Number(line.split(' ')[1]) % 3 !== 0))
    const inbox = await openSqliteInbox(file)
    const kept = (await all(inbox)).map(({ body }) => Buffer.from(body).toString())
    await inbox.close()
    expect(kept.filter((line) => owed.includes(line))).toEqual(owed)
    expect(new Set(kept).size).toBe(kept.length)
  }
})

test('a process that closes its inbox while more is asked of it ends, and says so to whoever asked', async () => {
  const program = join(import.meta.dirname, 'close-crash.fixture.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program, join(directory, 'closed.sqlite')])
  expect(stdout).toMatch(/^closed; .*stopping/)
})
