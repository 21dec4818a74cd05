import { type ReactNode, use, useId, useMemo, useState } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { cx } from '../lib/cx.ts'
import { formatIntensity, listOf } from '../lib/format.ts'
import { CLASS_ENDS, type MapCountry, classOf, mapCountries, zoneName } from '../lib/zone-countries.ts'
import type { ZoneNow } from '../../shared/contract/zone-now.ts'
import field from './field.module.css'
import css from './zone-map.module.css'
import { type Drawn, FOLD_X, HEIGHT, WIDTH, atlas, sheetsOf } from './zone-sheets.ts'

const zoneText = (zone: ZoneNow): string => {
  const called = zoneName(zone)
  if (zone.gPerKWh === null) return t('{zone}: no data', { zone: called })
  const intensity = formatIntensity(zone.gPerKWh)
  return zone.state === 'stale' ? t('{zone}: {intensity}, out of date', { zone: called, intensity }) : `${called}: ${intensity}`
}

/** Of more zones than these one reads in the list. */
const NAMED = 6

function countryText({ look, zones, own }: MapCountry): string {
  const rest = zones.length - NAMED
  const named = zones.slice(0, NAMED).map(zoneText)
  const said = rest > 0 ? t('{zones} and {count} more in the list', { zones: named.join(', '), count: rest }) : listOf(named)
  const text = look === 'parts' ? t('Known only in part: {zones}', { zones: said }) : said
  return own ? t('Your zone lies here. {text}', { text }) : text
}

interface ZoneMapProps {
  readonly zones: readonly ZoneNow[]
  /** The zone of this machine; none where the map is of no machine in particular. */
  readonly ownZone?: string
}

/** The zones as a picture. A country is chosen in the field above it or by pointing at it; what it stands for is said below. */
export function ZoneMap({ zones, ownZone = '' }: ZoneMapProps) {
  const world = use(atlas)
  const id = useId()
  const countries = useMemo(() => mapCountries(zones, ownZone), [zones, ownZone])
  const sheets = useMemo(() => sheetsOf(world, countries), [world, countries])
  const [chosen, setChosen] = useState<string | null>(null)
  const current = countries.find((country) => country.id === chosen) ?? countries[0]
  if (!current) return null
  return (
    <div>
      <label className={css['choice']} htmlFor={`${id}-country`}>
        {t('Country on the map')}
        <select id={`${id}-country`} className={field['field']} value={current.id} onChange={(event) => setChosen(event.currentTarget.value)}>
          {countries.map((country) => (
            <option key={country.id} value={country.id}>
              {countryName(country)}
            </option>
          ))}
        </select>
      </label>
      <svg
        className={css['map']}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t('Map of the zones by carbon intensity. The list below says the same.')}
        focusable="false"
      >
        <Patterns id={id} />
        {sheets.map((sheet) => (
          <g key={sheet.name}>
            <path className={css['land']} d={sheet.land} />
            {sheet.countries.map((country) => (
              <Shape key={country.id} id={id} country={country} chosen={country.id === current.id} choose={() => setChosen(country.id)} />
            ))}
            {sheet.own === null ? null : <Home at={sheet.own} />}
          </g>
        ))}
        <path className={css['fold']} d={`M${FOLD_X} 0V${HEIGHT}`} />
      </svg>
      <output className={css['readout']} htmlFor={`${id}-country`}>
        {countryText(current)}
      </output>
      <Legend id={id} withOwn={ownZone !== ''} />
    </div>
  )
}

/** The country of these zones by its name in the reader’s language. */
const countryName = ({ zones: [first] }: MapCountry): string => (first ? zoneName({ zone: first.zone.slice(0, 2), name: first.name }) : '')

interface ShapeProps {
  readonly id: string
  readonly country: Drawn
  readonly chosen: boolean
  readonly choose: () => void
}

const fillOf = ({ look, gPerKWh }: MapCountry): string | undefined => (look === 'value' && gPerKWh !== null ? css[`class${classOf(gPerKWh)}`] : css['none'])

/** The country, and over it the pattern of what is not known. */
const Shape = ({ id, country, chosen, choose }: ShapeProps) => (
  <g className={cx(css['country'], country.own && css['own'], chosen && css['chosen'])} onPointerEnter={choose}>
    <path className={fillOf(country)} d={country.path} />
    {country.look === 'value' ? null : <path fill={`url(#${id}-${country.look === 'parts' ? 'dots' : 'hatch'})`} d={country.path} />}
  </g>
)

const Home = ({ at: [x, y] }: { at: readonly [number, number] }) => (
  <g className={css['home']} aria-hidden="true">
    <circle cx={x} cy={y} r="7" />
    <circle cx={x} cy={y} r="2" />
  </g>
)

const Patterns = ({ id }: { id: string }) => (
  <defs>
    <pattern id={`${id}-hatch`} width="6" height="6" patternUnits="userSpaceOnUse">
      <path className={css['mark']} d="M0 6L6 0" />
    </pattern>
    <pattern id={`${id}-dots`} width="6" height="6" patternUnits="userSpaceOnUse">
      <circle className={css['dot']} cx="3" cy="3" r="1" />
    </pattern>
  </defs>
)

function Legend({ id, withOwn }: { id: string; withOwn: boolean }) {
  const names = [
    t('below {intensity}', { intensity: formatIntensity(CLASS_ENDS[0]) }),
    ...CLASS_ENDS.slice(1).map((end, index) => t('{from} to {to}', { from: String(CLASS_ENDS[index]), to: formatIntensity(end) })),
    t('{intensity} and more', { intensity: formatIntensity(CLASS_ENDS[CLASS_ENDS.length - 1] ?? 0) }),
  ]
  return (
    <ul className={css['legend']} aria-hidden="true">
      {names.map((name, index) => (
        <li key={name}>
          <Key>
            <rect className={css[`class${index}`]} width="24" height="14" />
          </Key>
          {name}
        </li>
      ))}
      <li>
        <Key>
          <rect className={css['none']} width="24" height="14" />
          <rect fill={`url(#${id}-hatch)`} width="24" height="14" />
        </Key>
        {t('no data, or out of date')}
      </li>
      <li>
        <Key>
          <rect className={css['none']} width="24" height="14" />
          <rect fill={`url(#${id}-dots)`} width="24" height="14" />
        </Key>
        {t('known only in part')}
      </li>
      {withOwn ? (
        <li>
          <Key>
            <Home at={[12, 7]} />
          </Key>
          {t('your zone')}
        </li>
      ) : null}
    </ul>
  )
}

const Key = ({ children }: { children: ReactNode }) => (
  <svg className={css['key']} viewBox="0 0 24 14" focusable="false">
    {children}
  </svg>
)
