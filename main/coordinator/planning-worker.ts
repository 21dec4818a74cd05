/** The program of the thread that {@link file://./planning-thread.ts} starts: plans one round and hands it over piece by piece, as it is asked to. */
import { parentPort, workerData } from 'node:worker_threads'
import type { PlanInput } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'

/** Unpacking what is said of ten thousand jobs takes more than a second: the other side has other things to do in between. */
const JOBS_IN_PIECE = 20

const outcome = planJobs(workerData as PlanInput)
let sent = 0

function sendPiece(): void {
  parentPort?.postMessage(outcome.slice(sent, sent + JOBS_IN_PIECE), [])
  sent += JOBS_IN_PIECE
}

parentPort?.on('message', sendPiece)
sendPiece()
