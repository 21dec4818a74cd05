import { expect, test } from 'vitest'
import { testCapabilities } from '../test-work.fake.ts'
import { createBasis } from './basis.ts'
import type { Holdings } from './holdings.ts'
import type { KnownNode } from './ports.ts'

const node = (nodeId: string, ready = true): KnownNode => ({ nodeId, capabilities: testCapabilities, online: true, ready, gone: false })
const holding = (places: number): Holdings => ({ leaseIds: new Set(), taken: () => places })

test('what leases held when everything was planned is free once they have ended', () => {
  const basis = createBasis(holding(2), [node('a')])
  expect([2, 1, 0, 3].map((now) => basis.freed(holding(now), 'a', 'gpu'))).toEqual([0, 1, 2, 0])
})

test('a lease that began and ended since leaves its place, and another one at that place takes it again', () => {
  const basis = createBasis(holding(0), [node('a')])
  expect(basis.freed(holding(0), 'a', 'gpu')).toBe(0)
  basis.held('a', 'gpu', 1)
  expect(basis.freed(holding(0), 'a', 'gpu')).toBe(1)
  basis.held('a', 'gpu', 1)
  expect(basis.freed(holding(1), 'a', 'gpu')).toBe(0)
  expect(basis.freed(holding(0), 'a', 'processor')).toBe(0)
})

test('nobody who planned had a node in mind that was not there, or not willing', () => {
  const basis = createBasis(holding(0), [node('a'), node('b', false)])
  expect(['a', 'b', 'c'].map((nodeId) => basis.freed(holding(0), nodeId, 'gpu'))).toEqual([0, Infinity, Infinity])
})
