import { setTimeout as wait } from 'node:timers/promises'
import { toIso } from '../../../shared/units.ts'
import { nodeVerifyPort } from '../../../main/kernel/verify-port.ts'
import { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { predicateOf, summaryOf } from '../../../shared/domain/receipt-summary.ts'
import { verifyReceipt } from '../../../shared/domain/verify-receipt.ts'
import { keyPair } from '../../receipts/key-pairs.ts'
import { toFile } from '../../receipts/mutants.ts'
import { planReceipt } from '../../receipts/plan.ts'
import { sealPlan } from '../../receipts/seal.ts'
import { type MeasureRows, type Row, atMost, atMostTimes, percentile } from '../../scale/row.ts'
import { type Frames, framesDuring } from '../../support/frames.ts'
import { type Stage, firstState, openStage, timed } from './stage.ts'

/** A frame that takes longer is seen as a jerk. */
const FRAME_MS = 50
const RECEIPTS = 1_000
const POINTS = 3_600

/** The live chart at full length, and a thousand receipts verified while the page stays usable. */
export const windowRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage()
  say('live chart')
  const chart = await chartRows(stage, quick ? 3_000 : 10_000)
  say('receipts')
  return [...chart, ...(await receiptRows(stage))]
}

async function emptyFrames(stage: Stage, ms: number): Promise<Frames> {
  const page = await stage.emptyPage()
  const frames = await framesDuring(page, () => wait(ms))
  await page.context().close()
  return frames
}

const hourUntil = (end: number) =>
  Array.from({ length: POINTS }, (_, index) => ({
    at: toIso(end - (POINTS - 1 - index) * 1_000),
    watts: 170 + 20 * Math.sin(index / 40) + (index % 7),
    temperatureC: 60 + Math.round(4 * Math.sin(index / 90)),
  }))

async function chartRows(stage: Stage, ms: number): Promise<Row[]> {
  const now = Date.now()
  stage.agent.answer({ getPower: () => ({ method: 'counter', readings: hourUntil(now) }) })
  const app = await stage.launch()
  const page = await firstState(app)
  await page.getByRole('radio', { name: '1 h' }).check({ force: true })
  await page.getByRole('img', { name: /over the last 1\sh/ }).waitFor()
  await wait(500)
  let told = 0
  const frames = await framesDuring(page, async () => {
    for (const end = performance.now() + ms; performance.now() < end; await wait(100))
      stage.agent.tell('power', { at: toIso(now + ++told * 1_000), watts: 150 + (told % 50), temperatureC: 61 })
  })
  await app.close()
  const empty = await emptyFrames(stage, ms)
  const note = `${told} readings in ${ms / 1_000} s over ${POINTS} points; worst frame by the clock ${frames.worstMs.toFixed(0)} ms, of the empty page ${empty.worstMs.toFixed(0)} ms`
  return [
    atMostTimes({
      name: 'live chart, frame p95',
      unit: 'ms',
      ours: percentile(frames.all, 0.95),
      reference: percentile(empty.all, 0.95),
      referenceName: 'an empty page',
      bar: 0.5,
      note,
    }),
    atMost({
      name: 'live chart, longest task',
      unit: 'ms of processor',
      ours: frames.longestTaskMs,
      reference: FRAME_MS,
      referenceName: 'a frame that is not seen as a jerk',
      note,
    }),
  ]
}

/** One run each, sealed with real keys. */
function makeReceipts() {
  const [receiptKey, logKey] = [keyPair('OKP', 'coordinator'), keyPair('OKP', 'log')]
  const bundles = Array.from({ length: RECEIPTS }, (_, seed) =>
    ReceiptBundle.parse(JSON.parse(Buffer.from(toFile(sealPlan({ ...planReceipt(`desktop ${seed}`), receiptKey, logKey }))).toString('utf8'))),
  )
  return { bundles, pinnedKeys: [receiptKey.keyId, logKey.keyId] }
}

async function receiptRows(stage: Stage): Promise<Row[]> {
  const { bundles, pinnedKeys } = makeReceipts()
  const rows = bundles.map((bundle, index) => summaryOf(predicateOf(bundle), index))
  const byId = new Map(bundles.map((bundle, index) => [rows[index]?.receiptId ?? '', bundle]))
  stage.agent.answer({
    listReceipts: ({ after, limit }) => {
      const start = after === null ? 0 : rows.findIndex(({ receiptId }) => receiptId === after) + 1
      return { items: rows.slice(start, start + limit), next: start + limit < rows.length ? (rows[start + limit - 1]?.receiptId ?? null) : null }
    },
    getReceipt: ({ receiptId }) => ({ bundle: byId.get(receiptId) as ReceiptBundle, pinnedKeys }),
  })
  const reference = await timed(async () => {
    for (const bundle of bundles) {
      const { valid, failedStep } = await verifyReceipt(bundle, { crypto: nodeVerifyPort, pinnedKeys })
      if (!valid) throw new Error(`a receipt that holds fails at ${failedStep}`)
    }
  })
  const app = await stage.launch()
  const page = await firstState(app)
  await page.evaluate(() => {
    location.hash = '#/receipts'
  })
  const button = page.getByRole('button', { name: 'Verify all here' })
  await button.waitFor()
  await wait(500)
  let took = 0
  const frames = await framesDuring(page, async () => {
    const { ms } = await timed(async () => {
      await button.click()
      await page.getByText(`${RECEIPTS.toLocaleString('en-GB')} valid`).waitFor()
    })
    took = ms
  })
  await app.close()
  return [
    atMostTimes({
      name: '1,000 receipts verified in the window',
      unit: 'ms',
      ours: took,
      reference: reference.ms,
      referenceName: 'the same in one Node loop, without fetching them',
      bar: 0.1,
    }),
    atMost({
      name: '1,000 receipts, longest task',
      unit: 'ms of processor',
      ours: frames.longestTaskMs,
      reference: FRAME_MS,
      referenceName: 'a frame that is not seen as a jerk',
      note: `by the clock: worst frame ${frames.worstMs.toFixed(0)} ms, p95 ${percentile(frames.all, 0.95).toFixed(1)} ms of ${frames.all.length}`,
    }),
  ]
}
