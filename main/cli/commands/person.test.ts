import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REQUESTER } from '../../coordinator/core.fake.ts'
import { createArchiveFolder } from '../archive-folder.ts'
import { run } from '../run.fixture.ts'
import { reachTestServer } from '../test-server.fixture.ts'

const reach = reachTestServer()
const person = (...args: string[]) => run('person', ...args, ...reach().access)

test('somebody takes along what is kept about them, for nobody else to read', async () => {
  await reach().core.submit('job-1')
  const out = join(reach().directory, 'mine')
  expect(await person('export', '--output', out)).toMatchObject({ code: 0, out: expect.stringContaining('README.md says what each of them is') })
  expect(statSync(out).mode & 0o077).toBe(0)
  expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain(`requester:${REQUESTER}`)
  expect(JSON.parse(readFileSync(join(out, 'job.jsonl'), 'utf8'))).toMatchObject({ id: 'job-1', requester_id: REQUESTER })
  expect(existsSync(join(out, 'node_capabilities.jsonl'))).toBe(false)
  expect(await person('export', '--output', out)).toMatchObject({ code: 4, err: expect.stringContaining('not there yet') })
  expect(await person('export', '--of', 'requester:owner', '--output', join(reach().directory, 'theirs'))).toMatchObject({
    code: 4,
    err: expect.stringContaining(`You are requester:${REQUESTER}`),
  })
})

test('an erasure is refused while a job runs, asked for, taken back, and shown', async () => {
  expect(await person('erase', '--yes')).toMatchObject({ code: 4, err: expect.stringContaining('windfall job cancel') })
  await run('job', 'cancel', 'job-1', ...reach().access)
  expect((await person('erase', '--yes')).out).toMatch(/^person +requester:requester-1\nstate +to be erased on .*windfall person keep/)
  expect((await person('erasures', '--state', 'waiting')).out).toMatch(/requester:requester-1 +waiting/)
  expect((await person('keep')).out).toContain('nothing will be erased')
  expect((await person('erasures', '--state', 'waiting')).out).toBe('There is no erasure.\n')
  expect(await person('erase', '--yes', '--of', 'ada')).toMatchObject({ code: 2 })
})

test.each(['../out', '/etc/x', 'a/b/c', '.hidden', 'a\\b'])('a file called %s is written nowhere', (file) => {
  const folder = join(reach().directory, `hostile-${Buffer.from(file).toString('hex')}`)
  expect(() => createArchiveFolder(folder).add({ file, as: 'line', content: '' })).toThrow('none of an archive')
})
