/** Energy Identification Codes (EIC) of a zone: whose price stands for it, and whose generation and load are its own. */
interface EntsoeZone {
  /** The bidding zone: Germany is priced with Luxembourg, Italy by its north. */
  readonly price: string
  readonly area: string
}

const same = (eic: string): EntsoeZone => ({ price: eic, area: eic })

const ZONES: ReadonlyMap<string, EntsoeZone> = new Map([
  ['DE', { price: '10Y1001A1001A82H', area: '10Y1001A1001A83F' }],
  ['IT', { price: '10Y1001A1001A73I', area: '10YIT-GRTN-----B' }],
  ['IT-NO', same('10Y1001A1001A73I')],
  ['FR', same('10YFR-RTE------C')],
  ['ES', same('10YES-REE------0')],
  ['PT', same('10YPT-REN------W')],
  ['NL', same('10YNL----------L')],
  ['BE', same('10YBE----------2')],
  ['AT', same('10YAT-APG------L')],
  ['PL', same('10YPL-AREA-----S')],
  ['CH', same('10YCH-SWISSGRIDZ')],
  ['NO-NO2', same('10YNO-2--------T')],
  ['SE-SE3', same('10Y1001A1001A46L')],
  ['IE', same('10Y1001A1001A59C')],
  ['FI', same('10YFI-1--------U')],
])

/** Great Britain is not among them: its data ends in 2021. */
export const entsoeZone = (name: string): EntsoeZone | null => ZONES.get(name) ?? null
