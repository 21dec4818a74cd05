import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { CarbonReceipt, RECEIPT_PAYLOAD_TYPE, ReceiptBundle, TREE_HEAD_TYPE, TreeHead } from '../../shared/domain/carbon-receipt.ts'
import { EnergyProof, energyProofType } from '../../shared/domain/energy-proof.ts'
import { KEY_ROTATION_TYPE, KeyRotation } from '../../shared/domain/rotation.ts'
import { VERIFICATION_STEPS } from '../../shared/domain/verification.ts'
import { resourcesDirectory } from '../../main/kernel/paths.ts'

const page = readFileSync(join(resourcesDirectory, 'receipts', 'FORMATS.md'), 'utf8')

/** Names of all members, however deep. */
function membersOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap(membersOf)
  const { properties, ...rest } = schema as { readonly properties?: Readonly<Record<string, unknown>> }
  return [...Object.entries(properties ?? {}).flatMap(([name, inner]) => [name, ...membersOf(inner)]), ...membersOf(Object.values(rest))]
}

test.each([
  ['receipt', CarbonReceipt],
  ['energy proof', EnergyProof],
  ['key change', KeyRotation],
  ['tree head', TreeHead],
  ['bundle', ReceiptBundle],
] as const)('the formats page names every member of a %s', (_, schema) => {
  const members = new Set(membersOf(z.toJSONSchema(schema)))
  expect(members.size).toBeGreaterThan(3)
  expect([...members].filter((name) => !new RegExp(`[\`{, "]${name}[\`:,}" ]`).test(page))).toEqual([])
})

test('it names every payload type, and every step in the order they are judged', () => {
  for (const type of [RECEIPT_PAYLOAD_TYPE, TREE_HEAD_TYPE, KEY_ROTATION_TYPE, energyProofType({ v: 1 }), energyProofType({ v: 2 })])
    expect(page).toContain(type)
  expect([...page.matchAll(/^### \d+ `([a-z-]+)`/gm)].map(([, step]) => step)).toEqual(VERIFICATION_STEPS)
})
