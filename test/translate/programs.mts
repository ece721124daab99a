import { FORCED } from '../tested-translation.js';
import { MIXED } from './beside.js';
import { runProgram } from './campaign.js';

const [from, to, kind] = process.argv.slice(2);
let ok = 0,
  share = 0,
  t0 = performance.now();
for (let seed = Number(from); seed < Number(to); seed++) {
  try {
    const r = await runProgram(seed, {
      translation: kind?.includes('mixed') ? MIXED : FORCED,
      cut: kind?.includes('cut') ?? false,
    });
    if (r.difference) console.log(r.difference);
    else {
      ok++;
      share += r.share;
    }
  } catch (e) {
    console.log(seed, String(e).slice(0, 300));
  }
}
console.log(ok, 'ok, share', share / ok, performance.now() - t0, 'ms');
