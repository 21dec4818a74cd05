/**
 * Agents in a process of their own: each holds a file open for its connection, and a process may have no more than so many. The process says
 * {@link CrowdSays} over its channel and is told when to speak.
 */
import { fork } from 'node:child_process'
import { connectAgents } from './agents.ts'
import { heartbeats } from './heartbeats.ts'

type CrowdHears = { readonly everyMs: number; readonly ms: number }
type CrowdSays = { readonly is: 'connected' } | { readonly is: 'spoken'; readonly lost: number }

export interface Crowd extends AsyncDisposable {
  readonly count: number
  /** Everybody says something once in `everyMs` for `ms`. Resolves with how many have lost their connection since they came. */
  readonly speak: (how: CrowdHears) => Promise<number>
}

/** Enrols so many new agents with the coordinator at `url` and brings crowd number `crowd` online; resolves when every one of them is welcome. */
export async function launchCrowd(url: string, { count, crowd }: { readonly count: number; readonly crowd: number }): Promise<Crowd> {
  const child = fork(import.meta.filename, [url, String(count), String(crowd)])
  const says = () =>
    new Promise<CrowdSays>((resolve, reject) => {
      const ended = () => reject(new Error(`The process of ${count} agents has ended.`))
      child.once('exit', ended)
      child.once('message', (said: CrowdSays) => {
        child.off('exit', ended)
        resolve(said)
      })
    })
  await says()
  return {
    count,
    async speak(how) {
      const answer = says()
      child.send(how)
      const said = await answer
      return said.is === 'spoken' ? said.lost : count
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}

const say = (said: CrowdSays) => void process.send?.(said)

async function beCrowd(url: string, agents: number, crowd: number): Promise<void> {
  const connected = await connectAgents({ url }, { agents, crowd })
  process.on('message', (how: CrowdHears) => {
    void heartbeats(connected, how).then(() => say({ is: 'spoken', lost: connected.lost() }))
  })
  say({ is: 'connected' })
}

if (import.meta.main) {
  const [url = '', count = '', crowd = ''] = process.argv.slice(2)
  await beCrowd(url, Number(count), Number(crowd))
}
