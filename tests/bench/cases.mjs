// What is measured, and the bars: ratios that hold on any machine. A bar that a table cannot show is not listed.

const servers = ['ours', 'sdk', 'floor'];
const entry = (kind, scenario, clients, server, name, era = 'modern') => ({ kind, scenario, clients, server, name, era });

export const cases = [
  ...['stdio', 'http', 'unix'].flatMap(kind =>
    [1, 16].flatMap(clients => servers.map(server => entry(kind, 'calls', clients, server, `${kind} x${clients}`)))
  ),
  ...[1, 16].map(clients => entry('stdio', 'calls', clients, 'ours', `stdio x${clients}, 2025-11-25`, 'legacy')),
  ...['http', 'unix'].flatMap(kind => [
    ...servers.map(server => entry(kind, 'idle', 1, server, `${kind} idle`)),
    ...['ours', 'sdk'].map(server => entry(kind, 'held', 1, server, `${kind} held`)),
    ...['ours', 'sdk'].map(server => entry(kind, 'hostile', 4, server, `${kind} hostile`))
  ])
];

// `least`: ours must be so many times `of` in `field`; `most`: at most so many times.
export const bars = [
  { name: 'stdio x16', field: 'cpu_us_per_call', of: 'sdk', most: 1 / 7 },
  { name: 'http x16', field: 'cpu_us_per_call', of: 'sdk', most: 1 / 15 },
  { name: 'stdio x1', field: 'calls_per_s', of: 'floor', least: 3 / 5 },
  { name: 'stdio x16', field: 'calls_per_s', of: 'floor', least: 3 / 10 },
  { name: 'http x1', field: 'calls_per_s', of: 'floor', least: 3 / 5 },
  { name: 'http x16', field: 'calls_per_s', of: 'floor', least: 3 / 10 },
  { name: 'stdio x1', field: 'start_ms', of: 'sdk', most: 1 / 30 },
  { name: 'stdio x1', field: 'rss_idle_mib', of: 'sdk', most: 1 / 8 }
];
