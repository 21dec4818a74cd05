import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { openSqlite } from '../../kernel/sqlite.ts'
import { openAgentStores } from '../stores.ts'
import * as initial from './0001-initial.ts'

test('proofs and their samples survive the move of the samples to files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const before = openSqlite(join(folder, 'agent.sqlite'), [initial])
  before.exec(`
    INSERT INTO job (lease_id, job_id, attempt_id, lease, state, received_at) VALUES ('lease', 'job', 'attempt', '{}', 'accepted', 1);
    INSERT INTO proof (seq, proof_id, lease_id, body_sha256, envelope, sample_log, created_at) VALUES (7, 'proof', 'lease', 'abc', '{}', x'0102ff', 1);
  `)
  before.close()
  for (const _open of ['first', 'second']) {
    using stores = openAgentStores(folder)
    expect(stores.proofs.head()).toEqual({ seq: 7, head: 'abc' })
    expect(stores.proofs.attemptOf('proof')).toBe('attempt')
    expect(stores.proofs.attemptOf('unknown')).toBeNull()
    expect(stores.oldSampleLogs.attempts()).toEqual(['attempt'])
    expect([...(stores.oldSampleLogs.get('attempt') ?? [])]).toEqual([1, 2, 255])
  }
  using stores = openAgentStores(folder)
  stores.oldSampleLogs.remove('attempt')
  expect(stores.oldSampleLogs.get('attempt')).toBeNull()
})
