// Medians of what was measured, as Markdown.
import { bars } from './cases.mjs';

function median(values) {
  const sorted = values.filter(v => v !== undefined).sort((a, b) => a - b);
  if (!sorted.length) return undefined;
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const shown = v => (v === undefined || Number.isNaN(v) ? '' : v >= 1000 ? Math.round(v).toString() : v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2));

const titles = { ours: 'this server', sdk: 'TypeScript SDK 2.4.0', floor: 'floor' };

const columns = {
  calls: {
    'calls/s': 'calls_per_s',
    'p50 µs': 'p50_us',
    'p99 µs': 'p99_us',
    'CPU µs/call': 'cpu_us_per_call',
    'start ms': 'start_ms',
    'RSS idle MiB': 'rss_idle_mib',
    'RSS loaded MiB': 'rss_loaded_mib',
    'others busy %': 'others_cpu_percent'
  },
  idle: { 'KiB a connection': 'kib_per_idle_connection', 'RSS MiB': 'rss_with_idle_mib', 'p50 µs beside': 'p50_us', 'p99 µs beside': 'p99_us' },
  held: {},
  hostile: {}
};
for (const kind of ['held', 'hostile'])
  Object.assign(columns[kind], {
    'p50 µs alone': 'alone_p50_us',
    'p50 µs beside': 'beside_p50_us',
    'p99 µs alone': 'alone_p99_us',
    'p99 µs beside': 'beside_p99_us',
    'p50 ratio': r => r.beside_p50_us / r.alone_p50_us,
    'p99 ratio': r => r.beside_p99_us / r.alone_p99_us,
    'peak RSS MiB': 'rss_peak_mib'
  });

const headings = {
  calls: 'One call, in a closed loop',
  idle: '1,000 idle connections, and one client beside them',
  held: '64 calls that stay away, and one client beside them',
  hostile: '16 slow readers and a flood, and four ordinary clients beside them'
};

const value = (result, column) => (typeof column === 'function' ? column(result) : result[column]);

export function tables(runs) {
  return Object.entries(columns)
    .map(([scenario, fields]) => {
      const rows = [...runs].filter(([one, results]) => one.scenario === scenario && results.length);
      if (!rows.length) return '';
      const head = ['', 'server', ...Object.keys(fields), 'errors'];
      const lines = rows.map(([one, results]) => {
        const good = results.filter(r => !r.failed);
        if (!good.length) return `| ${one.name} | ${titles[one.server]} | failed: ${results[0].failed} |`;
        const medians = Object.values(fields).map(column => shown(median(good.map(r => value(r, column)))));
        return `| ${[one.name, titles[one.server], ...medians, good.reduce((n, r) => n + r.errors, 0)].join(' | ')} |`;
      });
      return `## ${headings[scenario]}\n\n| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}\n${lines.join('\n')}\n`;
    })
    .filter(Boolean)
    .join('\n');
}

// A bar is judged where nobody else worked: on a busy machine a rate is what the scheduler makes it.
const quiet = 20; // percent of all cores

export function barsTable(runs) {
  let missed = 0;
  const of = (name, server, field) => {
    const found = [...runs].find(([one]) => one.name === name && one.server === server);
    return found && median(found[1].filter(r => !r.failed).map(r => r[field]));
  };
  const lines = bars.flatMap(bar => {
    const ratio = of(bar.name, 'ours', bar.field) / of(bar.name, bar.of, bar.field);
    if (!(ratio > 0)) return [];
    const met = bar.least ? ratio >= bar.least : ratio <= bar.most;
    const busy = Math.max(...['ours', bar.of].map(server => of(bar.name, server, 'others_cpu_percent')));
    if (!met && busy <= quiet) missed += 1;
    const verdict = busy > quiet ? `not judged: others used ${Math.round(busy)} % of the machine` : met ? 'met' : 'missed';
    const asked = bar.least ? `≥ ${bar.least.toFixed(2)}` : `≤ 1/${Math.round(1 / bar.most)}`;
    const is = bar.least ? ratio.toFixed(2) : `1/${(1 / ratio).toFixed(1)}`;
    return `| ${bar.name} | ${bar.field} | ${titles[bar.of]} | ${asked} | ${is} | ${verdict} |`;
  });
  const text = `## Bars\n\n| | of this server | against | asked | is | |\n|---|---|---|---|---|---|\n${lines.join('\n')}\n`;
  return { text, missed };
}
