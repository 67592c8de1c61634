/** What a resolv.conf says, as pods inherit it. */
export interface ResolvConf {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** Reads resolv.conf: nameservers add up, the last search line wins, options merge by name (facts kubelet-on-cri §3 DNS). */
export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let searches: string[] = [];
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [keyword, ...fields] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && fields[0]) servers.push(fields[0]);
    else if (keyword === 'search') searches = fields.map((field) => (field === '.' ? field : field.replace(/\.$/, '')));
    else if (keyword === 'options') for (const option of fields) options.set(optionName(option), option);
  }
  return { servers, searches, options: [...options.values()] };
}

export const optionName = (option: string) => option.split(':')[0] ?? option;
