import { z } from 'zod'
import type { JsonSchema } from '../../../shared/contract/examples/example-of.ts'
import { MAX_CHECKPOINT_BYTES } from '../../../shared/contract/job.ts'
import { ReceiptExport } from '../../../shared/contract/receipt.ts'
import { operationRoutes, pageRoutes } from './openapi-pages.ts'
import { type RawRoute, bytes, inPath, object, text } from './openapi-raw.ts'

const ID: JsonSchema = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' }
const LEASE = [inPath('leaseId', '01JX9QLEASE', ID), { name: 'token', in: 'query', schema: { type: 'integer', minimum: 1 }, example: 4_294_967_297 } as const]
const DIGEST = `sha256:${'2c'.repeat(32)}`
const digest = inPath('digest', DIGEST, { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' })
const REPR_DIGEST = { 'Repr-Digest': 'SHA-256 of the content (RFC 9530).' }

const content: readonly RawRoute[] = [
  {
    operationId: 'getBlob',
    method: 'get',
    path: '/v1/blobs/{digest}',
    access: 'node',
    summary: 'Fetch what a job runs',
    parameters: [digest],
    answers: { 'application/octet-stream': bytes },
  },
  {
    operationId: 'putBlob',
    method: 'put',
    path: '/v1/blobs/{digest}',
    access: 'jobs.write',
    summary: 'Upload what a job runs; the content must hash to the digest. Repeating it is harmless',
    parameters: [digest],
    body: { type: 'application/octet-stream', maxBytes: 67_108_864 },
    answers: { 'application/json': object({ digest: { type: 'string' } }, { digest: DIGEST }) },
  },
  {
    operationId: 'getCheckpoint',
    method: 'get',
    path: '/v1/leases/{leaseId}/checkpoint',
    access: 'node',
    summary: 'Fetch what the job of this lease goes on from',
    parameters: LEASE,
    answers: { 'application/octet-stream': bytes },
  },
  {
    operationId: 'putCheckpoint',
    method: 'put',
    path: '/v1/leases/{leaseId}/checkpoint',
    access: 'node',
    summary: 'Hand over what the job of this lease has saved; repeating it is harmless',
    parameters: LEASE,
    body: { type: 'application/octet-stream', maxBytes: MAX_CHECKPOINT_BYTES },
    answers: { 'application/json': { schema: { $ref: '#/components/schemas/Checkpoint' }, example: null } },
  },
  {
    operationId: 'getInput',
    method: 'get',
    path: '/v1/leases/{leaseId}/inputs/{index}',
    access: 'node',
    summary: 'Fetch what the job of this lease begins with: the input with this place in its list',
    parameters: [...LEASE, inPath('index', 0, { type: 'integer', minimum: 0 })],
    headers: REPR_DIGEST,
    answers: { 'application/octet-stream': bytes },
  },
  {
    operationId: 'getJobResult',
    method: 'get',
    path: '/v1/jobs/{jobId}/result',
    access: 'jobs.read',
    summary: 'What a completed job produced, as it is',
    parameters: [inPath('jobId', 'render-42', ID)],
    headers: REPR_DIGEST,
    answers: { 'application/octet-stream': bytes },
  },
]

const exports: readonly RawRoute[] = [
  {
    operationId: 'exportReceipts',
    method: 'get',
    path: '/v1/receipt-export',
    access: 'receipts.read',
    summary: 'Receipts of your jobs, oldest work first: their intervals as CSV, bundles as JSON Lines, or credentials; for operators those of everybody',
    description: 'Four at once for each account. The answer is written while it is read: one that breaks off has no end of its last line.',
    query: z.toJSONSchema(ReceiptExport, { io: 'input' }) as JsonSchema,
    answers: {
      'text/csv': text('receipt_id,from,to,zone,energy_wh\n'),
      'application/jsonl': text('{"bundle":"…"}\n'),
      'text/plain': text('eyJhbGciOiJFZERTQSJ9…\n'),
    },
  },
  {
    operationId: 'getReceiptCredential',
    method: 'get',
    path: '/v1/receipts/{receiptId}/credential',
    access: 'public',
    summary: 'A receipt as a W3C Verifiable Credential 2.0, secured as a JWT',
    parameters: [inPath('receiptId', '01JX9QRECEIPT', ID)],
    answers: { 'application/vc+jwt': text('eyJhbGciOiJFZERTQSIsInR5cCI6InZjK2p3dCJ9…') },
  },
  {
    operationId: 'getKeySet',
    method: 'get',
    path: '/.well-known/jwks.json',
    access: 'public',
    summary: 'Keys that credentials are signed with, now and before (RFC 7517)',
    answers: { 'application/jwk-set+json': object({ keys: { type: 'array' } }, { keys: [] }) },
  },
]

export const rawRoutes: readonly RawRoute[] = [...content, ...exports, ...pageRoutes, ...operationRoutes]
