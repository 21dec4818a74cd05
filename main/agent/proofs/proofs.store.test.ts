import { expect, test } from 'vitest'
import { openSqlite } from '../../kernel/sqlite.ts'
import { createJobsStore } from '../jobs/jobs.store.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import * as initial from '../migrations/0001-initial.ts'
import * as metering from '../migrations/0002-metering.ts'
import { type StoredProof, createProofsStore } from './proofs.store.ts'

const proof = (id: string, seq: number): StoredProof => ({
  proofId: id,
  leaseId: id,
  seq,
  head: id.repeat(64),
  envelope: { payload: '', payloadType: '', signatures: [] },
  createdAt: 0,
})

test('the chain goes on from the proof that was signed last, also where a refused one has left its number to another', () => {
  const db = openSqlite(':memory:', [initial, metering])
  const [jobs, proofs] = [createJobsStore(db), createProofsStore(db)]
  for (const id of ['a', 'b', 'c']) jobs.add(fakeLease({ leaseId: id, attemptId: id }), 0)
  expect(proofs.head()).toEqual({ seq: 0, head: null })
  for (const [id, seq] of [
    ['a', 8],
    ['b', 9],
    ['c', 3],
  ] as const) {
    proofs.add(proof(id, seq))
    expect(proofs.head()).toEqual({ seq, head: id.repeat(64) })
  }
  proofs.replace('c', proof('d', 9))
  expect(proofs.head()).toEqual({ seq: 9, head: 'd'.repeat(64) })
})

test('whether a proof was made before another one is told by when it was made, not by its number', () => {
  const db = openSqlite(':memory:', [initial, metering])
  const [jobs, proofs] = [createJobsStore(db), createProofsStore(db)]
  for (const id of ['a', 'b', 'c']) jobs.add(fakeLease({ leaseId: id, attemptId: id }), 0)
  for (const [id, seq] of [
    ['a', 8],
    ['b', 9],
    ['c', 3],
  ] as const)
    proofs.add(proof(id, seq))
  expect(['a', 'b', 'c', 'e'].map((id) => proofs.isSince('b', id.repeat(64)))).toEqual([false, true, true, false])
  proofs.replace('b', proof('d', 1))
  expect([proofs.isSince('d', 'd'.repeat(64)), proofs.isSince('d', 'b'.repeat(64)), proofs.isSince('b', 'c'.repeat(64))]).toEqual([true, false, false])
})
