import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SCRIPT = `
import { createLogger } from ${JSON.stringify(join(import.meta.dirname, 'log.ts'))}
const log = createLogger('agent', 'warn')
log.info('too quiet to be heard')
log.warn({ apiKey: 'S3CRET', key: { kty: 'OKP', d: 'S3CRET' }, headers: { authorization: 'Bearer S3CRET' }, token: 'S3CRET', jobId: 'job-1' }, 'something')`

test('the log goes to standard error, one line of JSON each, from its level on, and never with a secret in it', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], { encoding: 'utf8' })
  expect(stdout).toBe('')
  const lines = stderr.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'agent', msg: 'something', jobId: 'job-1', token: '[redacted]' })
  expect(stderr).not.toContain('S3CRET')
})
