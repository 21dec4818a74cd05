import { toIso } from '../../../../shared/units.ts'
import { type CommonFault, type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

const STEPS = { PT15M: 900_000, PT30M: 1_800_000, PT60M: 3_600_000 } as const

interface FakeSeries {
  readonly start: number
  readonly step: keyof typeof STEPS
  /** `null` is a step that is not told; in a curve of type A03 neither is one that equals the step before. */
  readonly values: readonly (number | null)[]
  readonly curve?: 'A01' | 'A03'
  readonly sequence?: number
  readonly currency?: string
  readonly contract?: string
  /** Production type. */
  readonly type?: string
  readonly consumes?: boolean
}

const DOCUMENTS = { A44: 'price', A75: 'generation', A69: 'windAndSolar', 'A65 A16': 'load', 'A65 A01': 'loadForecast' } as const
type DocumentName = (typeof DOCUMENTS)[keyof typeof DOCUMENTS]

const OWN_FAULTS = [
  'no-data-400',
  'invalid',
  'echoes-key',
  'prefixed',
  'type-declaration',
  'entities',
  'cut-off',
  'json',
  'endless-curve',
  'stale',
  'from-the-future',
] as const
type EntsoeFault = (typeof OWN_FAULTS)[number]

interface FakeEntsoe extends Omit<ProviderServer, 'play'> {
  readonly play: (fault: CommonFault | EntsoeFault | null) => void
  /** What a document holds from now on; nothing at first. */
  readonly publish: (document: DocumentName, series: readonly FakeSeries[]) => void
}

const minute = (at: number): string => `${toIso(at).slice(0, 16)}Z`
const tag = (name: string, content: string | number): string => `<${name}>${content}</${name}>`

function pointsOf({ values, curve = 'A01' }: FakeSeries, amount: string): string {
  const told = values.map((value, index) => value !== null && (curve === 'A01' || value !== values[index - 1]))
  return values
    .flatMap((value, index) => (told[index] && value !== null ? [tag('Point', tag('position', index + 1) + tag(amount, value))] : []))
    .toReversed()
    .join('\n')
}

function seriesXml(series: FakeSeries, amount: string): string {
  const { start, step, values, sequence, curve = 'A01', currency = 'EUR', contract = 'A01', type, consumes } = series
  const end = start + values.length * STEPS[step]
  const domain = tag(`${consumes ? 'out' : 'in'}BiddingZone_Domain.mRID`, '10YXX-----------X').replace('mRID>', 'mRID codingScheme="A01">')
  const price = tag('currency_Unit.name', currency) + tag('price_Measure_Unit.name', 'MWH') + tag('contract_MarketAgreement.type', contract)
  return tag(
    'TimeSeries',
    [
      tag('mRID', 1),
      amount === 'quantity' ? tag('quantity_Measure_Unit.name', 'MAW') + domain : price,
      sequence === undefined ? '' : tag('classificationSequence_AttributeInstanceComponent.position', sequence),
      tag('curveType', curve),
      type ? tag('MktPSRType', tag('psrType', type)) : '',
      tag('Period', tag('timeInterval', tag('start', minute(start)) + tag('end', minute(end))) + tag('resolution', step) + pointsOf(series, amount)),
    ].join(''),
  )
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
const acknowledgement = (text: string): string =>
  `${HEAD}<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0">${tag('Reason', tag('code', 999) + tag('text', text))}</Acknowledgement_MarketDocument>`

const NO_DATA = acknowledgement('No matching data found for Data item ENERGY_PRICES [12.1.D] (10Y1001A1001A82H) and interval 2026-03-18/2026-03-19.')
const LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
const ENDLESS = tag(
  'Period',
  `${tag('timeInterval', tag('start', '2026-03-01T00:00Z') + tag('end', '2026-03-31T00:00Z'))}${tag('resolution', 'PT15M')}<Point><position>1</position><quantity>7</quantity><price.amount>7</price.amount></Point>`,
)

function documentXml(name: DocumentName, series: readonly FakeSeries[], createdAt: number): string {
  const root = name === 'price' ? 'Publication_MarketDocument' : 'GL_MarketDocument'
  const amount = name === 'price' ? 'price.amount' : 'quantity'
  const body = series.map((one) => seriesXml(one, amount)).join('')
  return `${HEAD}<${root} xmlns="urn:iec62325.351:tc57wg16:451-6:document:3:0">${tag('createdDateTime', `${toIso(createdAt).slice(0, 19)}Z`)}${body}</${root}>`
}

const MADE = /(?<=<createdDateTime>)[^<]+/
const made =
  (ms: number) =>
  (at: string): string =>
    toIso(Date.parse(at) + ms)

function spoil(xml: string, fault: EntsoeFault | null, key: string): ProviderReply {
  const replies: Record<EntsoeFault, () => ProviderReply> = {
    'no-data-400': () => ({ status: 400, body: NO_DATA }),
    invalid: () => ({ status: 400, body: acknowledgement('The combination of [DocumentType=A44, InDomain=X] is not valid.') }),
    'echoes-key': () => ({ status: 400, body: acknowledgement(`Invalid query securityToken=${key} or ${encodeURIComponent(key)}`) }),
    stale: () => ({ body: xml.replace(MADE, made(-86_400_000)) }),
    'from-the-future': () => ({ body: xml.replace(MADE, made(86_400_000)) }),
    prefixed: () => ({ body: xml.replaceAll(/<(\/?)(?=[A-Za-z])/g, '<$1ns2:') }),
    'type-declaration': () => ({ body: xml.replace(HEAD, `${HEAD}<!DOCTYPE Publication_MarketDocument SYSTEM "http://elsewhere.example/x.dtd">`) }),
    entities: () => ({ body: xml.replace(HEAD, `${HEAD}${LAUGHS}`) }),
    'cut-off': () => ({ body: xml.slice(0, xml.lastIndexOf('<Point>')) }),
    json: () => ({ body: { data: [] } }),
    'endless-curve': () => ({ body: xml.replaceAll('<curveType>A01', '<curveType>A03').replace('<Period>', `${ENDLESS.repeat(300)}<Period>`) }),
  }
  return fault ? replies[fault]() : { body: xml }
}

const documentOf = (query: URLSearchParams): DocumentName | null => {
  const type = query.get('documentType') ?? ''
  return DOCUMENTS[(type === 'A65' ? `A65 ${query.get('processType')}` : type) as keyof typeof DOCUMENTS] ?? null
}

/** The Transparency Platform on a loopback port, for the one token `key`. */
export async function startFakeEntsoe({ now, key }: { now: () => number; key: string }): Promise<FakeEntsoe> {
  let own: EntsoeFault | null = null
  const published = new Map<DocumentName, readonly FakeSeries[]>()
  const answer = ({ query }: ProviderRequest): ProviderReply => {
    if (query.get('securityToken') !== key) return { status: 401, body: '<html><body>Unauthorized. Missing or invalid security token!</body></html>' }
    const name = documentOf(query)
    if (!name) return { status: 400, body: acknowledgement('Invalid document type') }
    const series = published.get(name) ?? []
    return series.length === 0 ? { body: NO_DATA } : spoil(documentXml(name, series, now()), own, key)
  }
  const server = await startProviderServer(answer)
  return {
    ...server,
    publish: (name, series) => void published.set(name, series),
    play(fault) {
      own = OWN_FAULTS.find((known) => known === fault) ?? null
      server.play(own ? null : (fault as CommonFault | null))
    },
  }
}
