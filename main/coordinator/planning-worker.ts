/** The program of the thread that {@link file://./planning-thread.ts} starts: plans one round after another and hands each over piece by piece, as it is asked to. */
import { parentPort } from 'node:worker_threads'
import type { PlanInput, PlanOutcome } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'
import type { FromPlanner, ToPlanner } from './planning-thread.ts'

/** Unpacking what is said of ten thousand jobs takes more than a second: the other side has other things to do in between. */
const JOBS_IN_PIECE = 20

let waiting: PlanOutcome = []

const say = (said: FromPlanner): void => parentPort?.postMessage(said, [])

function sendPiece(): void {
  say({ piece: waiting.slice(0, JOBS_IN_PIECE) })
  waiting = waiting.slice(JOBS_IN_PIECE)
}

function plan(input: PlanInput): void {
  try {
    waiting = planJobs(input)
  } catch (failure) {
    return say({ failure })
  }
  sendPiece()
}

parentPort?.on('message', (order: ToPlanner) => (order === 'more' ? sendPiece() : plan(order.input)))
