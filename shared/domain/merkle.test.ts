import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodeHex, encodeUtf8, equalBytes } from './encoding.ts'
import { type Hash, leafHash, nodeHash, verifyConsistency, verifyInclusion } from './merkle.ts'
import { appendLeaf, proveConsistency, proveInclusion, type ReadNodes, rootHash } from './merkle-log.ts'
import { testCrypto } from './receipt-bundle.fake.ts'

const { sha256 } = testCrypto
const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

/** A log that answers only for nodes it was told to store, as a table would. */
async function grow(bodies: readonly Uint8Array[]): Promise<{ read: ReadNodes; leaves: readonly Hash[]; nodes: ReadonlyMap<number, Hash> }> {
  const nodes = new Map<number, Hash>()
  const read: ReadNodes = async (positions) =>
    new Map(positions.flatMap((position) => (nodes.has(position) ? [[position, nodes.get(position) ?? new Uint8Array()] as const] : [])))
  const leaves: Hash[] = []
  for (const [index, body] of bodies.entries()) {
    const hash = await leafHash(sha256, body)
    for (const node of await appendLeaf(sha256, read, { index, hash })) nodes.set(node.position, node.hash)
    leaves.push(hash)
  }
  return { read, leaves, nodes }
}

/** MTH of RFC 9162 §2.1.1, word for word. */
async function definedRoot(leaves: readonly Hash[]): Promise<Hash> {
  const [first] = leaves
  if (!first) return sha256(new Uint8Array())
  if (leaves.length === 1) return first
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(sha256, await definedRoot(leaves.slice(0, split)), await definedRoot(leaves.slice(split)))
}

// Inputs and roots of the reference tests of RFC 6962 (google/certificate-transparency, merkle_tree_test).
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

test('the roots of the reference inputs, at every size', async () => {
  const { read } = await grow(INPUTS.map(fromHex))
  for (const [size, root] of ROOTS.entries()) expect(encodeHex(await rootHash(sha256, read, size))).toBe(root)
})

test('the inclusion proof of the reference tests for the first of eight leaves', async () => {
  const { read } = await grow(INPUTS.map(fromHex))
  const proof = await proveInclusion(sha256, read, { index: 0, size: 8 })
  expect(proof.map(encodeHex)).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ])
})

const at = <T>(list: readonly T[], index: number): T => list[index] ?? expect.fail(`no item ${index}`)

describe('a log of 70 leaves', () => {
  const SIZE = 70
  let log: Awaited<ReturnType<typeof grow>>
  let roots: readonly Hash[]
  beforeAll(async () => {
    log = await grow(Array.from({ length: SIZE }, (_, index) => encodeUtf8(`leaf ${index}`)))
    roots = await Promise.all(Array.from({ length: SIZE + 1 }, (_, size) => definedRoot(log.leaves.slice(0, size))))
  })

  test('every size has the root that the RFC defines, from no more than two stored nodes per leaf', async () => {
    for (let size = 0; size <= SIZE; size++) expect(equalBytes(await rootHash(sha256, log.read, size), at(roots, size))).toBe(true)
    expect(log.nodes.size).toBeLessThan(2 * SIZE)
  })

  test('every leaf is provable in every tree that holds it, and at no other index', async () => {
    for (let size = 1; size <= SIZE; size += 3)
      for (let index = 0; index < size; index++) {
        const proof = {
          leafHash: at(log.leaves, index),
          leafIndex: index,
          treeSize: size,
          hashes: await proveInclusion(sha256, log.read, { index, size }),
          rootHash: at(roots, size),
        }
        expect(await verifyInclusion(sha256, proof)).toBe(true)
        expect(await verifyInclusion(sha256, { ...proof, leafIndex: (index + 1) % size })).toBe(size === 1)
        expect(await verifyInclusion(sha256, { ...proof, rootHash: at(roots, size - 1) })).toBe(false)
      }
  })

  test('every earlier tree is provably a prefix of every later one', async () => {
    for (let from = 1; from <= SIZE; from += 2)
      for (let to = from; to <= SIZE; to += 3) {
        const proof = {
          firstSize: from,
          firstRoot: at(roots, from),
          secondSize: to,
          secondRoot: at(roots, to),
          hashes: await proveConsistency(sha256, log.read, { from, to }),
        }
        expect(await verifyConsistency(sha256, proof)).toBe(true)
        expect(await verifyConsistency(sha256, { ...proof, firstRoot: at(roots, from - 1) })).toBe(false)
        expect(await verifyConsistency(sha256, { ...proof, secondRoot: at(roots, to - 1) })).toBe(false)
      }
  })

  test('a proof with any one hash changed, dropped or added proves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: SIZE }), fc.nat(), fc.nat(), fc.nat(255), async (size, pick, place, byte) => {
        const index = pick % size
        const hashes = await proveInclusion(sha256, log.read, { index, size })
        const proof = { leafHash: at(log.leaves, index), leafIndex: index, treeSize: size, hashes, rootHash: at(roots, size) }
        const hit = place % hashes.length
        const changed = at(hashes, hit).with(byte % 32, (at(at(hashes, hit) as unknown as number[], byte % 32) + 1) % 256)
        expect(await verifyInclusion(sha256, { ...proof, hashes: hashes.with(hit, changed) })).toBe(false)
        expect(await verifyInclusion(sha256, { ...proof, hashes: hashes.toSpliced(hit, 1) })).toBe(false)
        expect(await verifyInclusion(sha256, { ...proof, hashes: hashes.toSpliced(hit, 0, changed) })).toBe(false)
      }),
    )
  })

  test('a rewritten leaf breaks consistency with every earlier head that held it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: SIZE - 1 }), fc.nat(), async (from, pick) => {
        const forged = log.leaves.with(pick % from, await leafHash(sha256, encodeUtf8('another story')))
        const hashes = await proveConsistency(sha256, log.read, { from, to: SIZE })
        expect(
          await verifyConsistency(sha256, { firstSize: from, firstRoot: at(roots, from), secondSize: SIZE, secondRoot: await definedRoot(forged), hashes }),
        ).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  test('sizes and indices out of range are refused on both sides', async () => {
    const leaf = { leafHash: at(log.leaves, 0), hashes: [], rootHash: at(log.leaves, 0) }
    for (const [leafIndex, treeSize] of [
      [1, 1],
      [-1, 1],
      [0, 0],
      [0.5, 1],
      [0, Number.NaN],
    ] as const)
      expect(await verifyInclusion(sha256, { ...leaf, leafIndex, treeSize })).toBe(false)
    await expect(proveInclusion(sha256, log.read, { index: 3, size: 3 })).rejects.toThrow(RangeError)
    await expect(proveConsistency(sha256, log.read, { from: 0, to: 3 })).rejects.toThrow(RangeError)
    await expect(proveInclusion(sha256, log.read, { index: 3, size: SIZE + 1 })).rejects.toThrow('no node')
  })
})
