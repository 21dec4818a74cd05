import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { WindfallError, toProblem } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'

/** How a request ended. `route` is the template of its path, `null` where there is none; never what somebody wrote into it. */
export interface Answered {
  readonly route: string | null
  readonly method: string
  readonly status: number
  readonly ms: number
}

export interface Traffic {
  /** Requests that have come and are not answered yet, but for probes. */
  readonly underway: () => number
  /** From `leaving` on everything but probes is refused. */
  readonly bind: (app: FastifyInstance) => void
}

interface TrafficDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Aborts when this coordinator takes in nothing more. */
  readonly leaving: AbortSignal
  readonly onAnswered: (answered: Answered) => void
}

/** How soon to ask again, seconds: by then a balancer has another coordinator, or this one has started again. */
const AGAIN_S = 2

/** No fault of ours that belongs into the log, as other answers of 5xx are. */
function refuse(reply: FastifyReply): void {
  const stopping = new WindfallError('unavailable', 'This coordinator is stopping and takes in nothing more. Ask again: another one answers, or this one soon.')
  reply
    .code(stopping.status)
    .headers({ connection: 'close', 'retry-after': String(AGAIN_S), 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(toProblem(stopping)))
}

const answerOf = ({ is404, routeOptions, method }: FastifyRequest, reply: FastifyReply, ms: number): Answered => ({
  route: is404 ? null : (routeOptions.url ?? null),
  method,
  status: reply.statusCode,
  ms,
})

/** Counts what comes and goes at the border. */
export function createTraffic({ clock, leaving, onAnswered }: TrafficDeps): Traffic {
  let underway = 0
  return {
    underway: () => underway,
    bind(app) {
      app.addHook('onRequest', (request, reply, done) => {
        const since = clock.monotonic()
        const isProbe = request.routeOptions.config.isProbe === true
        if (!isProbe) underway += 1
        reply.raw.once('close', () => {
          if (!isProbe) underway -= 1
          onAnswered(answerOf(request, reply, clock.monotonic() - since))
        })
        if (leaving.aborted && !isProbe) refuse(reply)
        else done()
      })
    },
  }
}
