import { Readable } from 'node:stream'
import { AGENT_LABEL, type ContainerSpec } from '../container-spec.ts'
import { NEVER, engine, engineGet } from '../docker.fixture.ts'
import { imageOf, tarOf } from '../image.fixture.ts'

interface ListedContainer {
  readonly Id: string
  readonly ImageID: string
}
interface ListedVolume {
  readonly Name: string
}

const containers = () => engineGet('/containers/json?all=1') as Promise<ListedContainer[]>
const volumes = async () => ((await engineGet('/volumes')) as { Volumes: ListedVolume[] | null }).Volumes ?? []

const spec = (image: string, labels: Record<string, string>, volume: string) =>
  ({
    Image: image,
    Entrypoint: ['/bin/busybox', 'sh', '-c'],
    Cmd: ['echo precious > /mine/file; exec sleep 600'],
    Labels: labels,
    HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: volume, Target: '/mine' }] },
  }) as unknown as ContainerSpec

/** What a person could say about a container without opening it. */
async function facts(id: string) {
  const { State, RestartCount, Mounts } = (await engineGet(`/containers/${id}/json`)) as {
    State?: { Status: string; Pid: number; StartedAt: string }
    RestartCount?: number
    Mounts?: { Name: string }[]
  }
  return { State, RestartCount, mounts: Mounts?.map(({ Name }) => Name) }
}

export interface Bystanders extends AsyncDisposable {
  /** What must be the same before and after. */
  readonly observe: () => Promise<unknown>
}

/** Somebody else's things on the same engine: a tagged image, and containers with a volume each: one runs, one has never been started, one wears our label. */
export async function createBystanders(image: string, agentId: string): Promise<Bystanders> {
  const name = (index: number) => `bystander-${agentId}-${index}`
  const ids: string[] = []
  const tag = `${name(0)}:latest`
  const theirs = await imageOf(await tarOf({ mine: { content: agentId } }), {}, [tag])
  await engine.loadImage(Readable.from([theirs.archive]), NEVER)
  for (const [index, labels] of [{}, {}, { [AGENT_LABEL]: agentId, 'dev.windfall.attempt': 'not-of-this-world' }].entries()) {
    await engine.createVolume(name(index), {})
    ids.push(await engine.createContainer(name(index), spec(image, labels, name(index))))
  }
  for (const id of [ids[0], ids[2]]) if (id) await engine.start(id)
  return {
    observe: async () => ({ containers: await Promise.all(ids.map(facts)), image: await engine.inspectImage(tag, NEVER) }),
    [Symbol.asyncDispose]: async () => {
      for (const id of ids) await engine.remove({ kind: 'container', id })
      for (const index of ids.keys()) await engine.remove({ kind: 'volume', id: name(index) })
      await engine.removeImage(tag)
    },
  }
}

/** Names that the engine has now, of everything. */
export async function inventory(): Promise<ReadonlySet<string>> {
  const [containersNow, volumesNow] = await Promise.all([containers(), volumes()])
  return new Set([...containersNow.map(({ Id }) => Id), ...volumesNow.map(({ Name }) => Name)])
}

/** What has come since `before` and could be ours: containers of our images, and volumes that nobody has named. Others may be at work on the same engine. */
export async function strays(before: ReadonlySet<string>, ourImages: ReadonlySet<string>): Promise<readonly string[]> {
  const [containersNow, volumesNow] = await Promise.all([containers(), volumes()])
  const ours = [
    ...containersNow.filter(({ ImageID }) => ourImages.has(ImageID)).map(({ Id }) => Id),
    ...volumesNow.filter(({ Name }) => /^[0-9a-f]{64}$/.test(Name)).map(({ Name }) => Name),
  ]
  return ours.filter((id) => !before.has(id))
}

/** What still carries this agent's label. */
export const leftovers = async (agentId: string) => (await engine.list(`${AGENT_LABEL}=${agentId}`, NEVER)).map(({ kind, name }) => `${kind} ${name}`)
