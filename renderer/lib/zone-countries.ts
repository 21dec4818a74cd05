/** Which country of the map a zone lies in: zones begin with the two letters of their country, the map knows its three digits (ISO 3166-1). */
import type { ZoneNow } from '../../shared/contract/zone-now.ts'
import { region } from '../../shared/i18n/translate.ts'

/** Every country of the map: letters, then digits. */
const CODES = `
AE784 AF004 AL008 AM051 AO024 AQ010 AR032 AT040 AU036 AZ031 BA070 BD050 BE056 BF854 BG100 BI108 BJ204 BN096 BO068 BR076 BS044 BT064 BW072
BY112 BZ084 CA124 CD180 CF140 CG178 CH756 CI384 CL152 CM120 CN156 CO170 CR188 CU192 CY196 CZ203 DE276 DJ262 DK208 DO214 DZ012 EC218 EE233
EG818 EH732 ER232 ES724 ET231 FI246 FJ242 FK238 FR250 GA266 GB826 GE268 GH288 GL304 GM270 GN324 GQ226 GR300 GT320 GW624 GY328 HN340 HR191
HT332 HU348 ID360 IE372 IL376 IN356 IQ368 IR364 IS352 IT380 JM388 JO400 JP392 KE404 KG417 KH116 KP408 KR410 KW414 KZ398 LA418 LB422 LK144
LR430 LS426 LT440 LU442 LV428 LY434 MA504 MD498 ME499 MG450 MK807 ML466 MM104 MN496 MR478 MW454 MX484 MY458 MZ508 NA516 NC540 NE562 NG566
NI558 NL528 NO578 NP524 NZ554 OM512 PA591 PE604 PG598 PH608 PK586 PL616 PR630 PS275 PT620 PY600 QA634 RO642 RS688 RU643 RW646 SA682 SB090
SD729 SE752 SI705 SK703 SL694 SN686 SO706 SR740 SS728 SV222 SY760 SZ748 TD148 TF260 TG768 TH764 TJ762 TL626 TM795 TN788 TR792 TT780 TW158
TZ834 UA804 UG800 US840 UY858 UZ860 VE862 VN704 VU548 YE887 ZA710 ZM894 ZW716
`

const DIGITS: ReadonlyMap<string, string> = new Map(
  CODES.trim()
    .split(/\s+/)
    .map((code) => [code.slice(0, 2), code.slice(2)]),
)

/** The digits of the country that a zone lies in; `null` for one that the map does not show. */
export const countryOf = (zone: string): string | null => DIGITS.get(zone.slice(0, 2)) ?? null

/**
 * `value`: one zone is the whole country, and its value is known. `stale`, `missing`: so it is not, or no longer. `parts`: Windfall knows zones inside it
 * but none that is the whole, so no one value is the country's.
 */
type CountryLook = 'value' | 'stale' | 'missing' | 'parts'

export interface MapCountry {
  readonly id: string
  readonly look: CountryLook
  /** gCO2/kWh, where `look` is `value`. */
  readonly gPerKWh: number | null
  /** The zone that is the whole country first, then the machine’s own. */
  readonly zones: readonly ZoneNow[]
  /** The machine's own zone lies in it. */
  readonly own: boolean
}

/** A country by its name in the reader’s language, another zone by the one it has. */
export const zoneName = ({ zone, name }: Pick<ZoneNow, 'zone' | 'name'>): string =>
  (zone.length === 2 && DIGITS.has(zone) ? new Intl.DisplayNames([region()], { type: 'region' }).of(zone) : name) ?? zone

const isWhole = ({ zone }: ZoneNow): boolean => zone.length === 2

function lookOf(whole: ZoneNow | undefined): CountryLook {
  if (!whole) return 'parts'
  if (whole.state === 'stale') return 'stale'
  return whole.gPerKWh === null ? 'missing' : 'value'
}

/** The countries that have zones, the own one first; what the map does not show is only in the list. */
export function mapCountries(zones: readonly ZoneNow[], ownZone: string): readonly MapCountry[] {
  const groups = Map.groupBy(zones, ({ zone }) => countryOf(zone))
  const countries = [...groups].flatMap(([id, inside]): MapCountry[] => {
    if (id === null) return []
    const whole = inside.find(isWhole)
    const look = lookOf(whole)
    const gPerKWh = look === 'value' ? (whole?.gPerKWh ?? null) : null
    const rank = (zone: ZoneNow): number => (isWhole(zone) ? 0 : zone.zone === ownZone ? 1 : 2)
    const sorted = inside.toSorted((a, b) => rank(a) - rank(b) || a.zone.localeCompare(b.zone))
    return [{ id, look, gPerKWh, zones: sorted, own: inside.some(({ zone }) => zone === ownZone) }]
  })
  return countries.toSorted((a, b) => Number(b.own) - Number(a.own))
}

/** Upper ends of the map's classes, gCO2/kWh; the last class has none. */
export const CLASS_ENDS = [100, 250, 450] as const

/** 0 for the cleanest class, up to 3. */
export const classOf = (gPerKWh: number): number => CLASS_ENDS.filter((end) => gPerKWh >= end).length
