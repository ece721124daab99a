/** A question for `monitor region`, not checked yet. */
export interface RegionRequest {
  readonly address: string;
  readonly eager?: boolean;
  readonly json?: boolean;
}

/** The words behind `region`, which who forms them and who reads them share. */
export function regionWords({ address, eager, json }: RegionRequest): readonly string[] {
  return [address, ...(eager ? ['--eager'] : []), ...(json ? ['--json'] : [])];
}
