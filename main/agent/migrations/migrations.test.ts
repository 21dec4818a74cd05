import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { openSqlite } from '../../kernel/sqlite.ts'
import { openAgentStores } from '../stores.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
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

test.each([
  [true, 1],
  [false, 0],
])('a lease of before, that says of its need of a GPU only %s, needs %i of them, and its plan has one run', (gpu, gpus) => {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const lease = fakeLease()
  const { nodeId, zone, window, gPerKWh, expectedGrams, baselineGrams, score, source, origin, recordedOn, greenest } = lease.plan
  const plan = { nodeId, zone, window, gPerKWh, expectedGrams, baselineGrams, score, source, origin, recordedOn, greenest }
  const earlier = { ...lease, plan, spec: { ...lease.spec, needs: { gpu, vramBytes: 5, ramBytes: 6 } } }
  const before = openSqlite(join(folder, 'agent.sqlite'), [initial])
  before
    .prepare("INSERT INTO job (lease_id, job_id, attempt_id, lease, state, received_at) VALUES ('lease-1', 'job', 'attempt', ?, 'leased', 1)")
    .run(JSON.stringify(earlier))
  before.close()
  using stores = openAgentStores(folder)
  const read = stores.jobs.open()[0]?.lease
  expect(read?.spec.needs).toEqual({ gpus, vramBytes: 5, ramBytes: 6 })
  expect(read?.plan).toEqual({ ...plan, runs: [plan.window], gramsRange: null, expectedMicroUsd: '695', electricity: null, chosenBy: 'composite' })
})
