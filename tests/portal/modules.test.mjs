/*
 * The portal's pure modules without a browser: searches and addresses, dates and lengths, facts
 * and peaks as they are drawn. They are bundled by the portal's own esbuild and run here.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

process.env.TZ = 'Europe/Copenhagen';
const SOURCE = fileURLToPath(new URL('../../web/portal/src/', import.meta.url));
const { build } = createRequire(new URL('../../web/portal/package.json', import.meta.url))(
    'esbuild',
);

/* What language.ts reads from the browser. */
function pretend_browser(languages) {
    for (const [name, value] of Object.entries({ navigator: { languages }, localStorage: null })) {
        Object.defineProperty(globalThis, name, { value, configurable: true });
    }
}

let portal;
before(async () => {
    pretend_browser(['de-DE', 'da', 'en']);
    const names = ['facts', 'format', 'language', 'parties', 'peaks', 'problems', 'route', 'api'];
    const contents = names.map((name) => `export * from './${name}.ts';`).join('\n');
    const { outputFiles } = await build({
        stdin: { contents, resolveDir: SOURCE, loader: 'ts' },
        bundle: true,
        format: 'esm',
        write: false,
    });
    const code = Buffer.from(outputFiles[0].contents).toString('base64');
    portal = await import(`data:text/javascript;base64,${code}`);
});

/* Intl puts several kinds of space between numbers and units. */
function plain(text) {
    return text.replace(/\s/g, ' ');
}

describe('language', () => {
    it('the first language of the browser that we speak is spoken', () => {
        assert.equal(portal.language.code, 'da');
    });

    it('the choice of the person wins even where nothing can be stored', () => {
        portal.language.choose('en');
        assert.equal(portal.text('sign_out'), 'Sign out');
        portal.language.choose('da');
        assert.equal(portal.text('sign_out'), 'Log ud');
    });
});

describe('search', () => {
    it('a number without a star is an ending since the country code may be missing', () => {
        assert.equal(portal.number_pattern('88 30 30 80'), '*88303080');
        assert.equal(portal.number_pattern('+45 88-30-30-80'), '*4588303080');
        assert.equal(portal.number_pattern('8830*'), '8830*');
        assert.equal(portal.number_pattern('*80'), '*80');
    });

    it('what is no number is none', () => {
        for (const typed of ['', '*', '8*8', '*8*', 'mette', '12a']) {
            assert.equal(portal.number_pattern(typed), null, typed);
        }
    });

    it('a day is the local one with both its ends over a change of the clock', () => {
        const query = portal.filter_query({ number: '', from: '2026-03-29', to: '2026-03-29' });
        assert.deepEqual(query, {
            number: undefined,
            from: '2026-03-28T23:00:00.000Z',
            to: '2026-03-29T22:00:00.000Z',
        });
    });

    it('an address and its route are the same thing', () => {
        const route = { number: '+45 88*', from: '2026-11-01', to: '2026-11-22', id: 'a/b&c' };
        const address = portal.route_address(route);
        assert.deepEqual(portal.read_route(address.slice(1)), route);
        assert.equal(portal.route_address({ number: '', from: '', to: '', id: '' }), '/');
    });

    it('what is no date in an address is left out', () => {
        const { from, to } = portal.read_route('?from=2026-02-31&to=yesterday');
        assert.deepEqual([from, to], ['', '']);
    });
});

describe('formats', () => {
    it('lengths are told by the clock', () => {
        const shown = [-5, 0, 59_999, 60_000, 3_599_999, 3_600_000].map(portal.format_clock);
        assert.deepEqual(shown, ['0:00', '0:00', '0:59', '1:00', '59:59', '1:00:00']);
    });

    it('lengths are told in words as fine as they are short', () => {
        portal.language.choose('en');
        const shown = [20, 220, 9949, 9951, 3_723_000].map((ms) =>
            plain(portal.format_duration(ms)),
        );
        assert.deepEqual(shown, ['20 ms', '0.2 secs', '9.9 secs', '10 secs', '1 hr 2 mins 3 secs']);
    });

    it('days near now have names', () => {
        portal.language.choose('da');
        const now = new Date('2026-11-22T00:30:00+01:00');
        const shown = (time) => portal.format_day(new Date(time), now);
        assert.equal(shown('2026-11-22T00:00:00+01:00'), 'I dag');
        assert.equal(shown('2026-11-21T23:59:00+01:00'), 'I går');
        assert.match(shown('2026-11-20T12:00:00+01:00'), /^Fredag .*20\. november$/);
        assert.match(shown('2025-11-20T12:00:00+01:00'), /2025$/);
    });

    it('only danish numbers are parted in pairs', () => {
        assert.equal(plain(portal.format_number('+4588303080')), '+45 88 30 30 80');
        assert.equal(plain(portal.format_number('88303080')), '88 30 30 80');
        assert.equal(portal.format_number('+46812345678'), '+46812345678');
        assert.equal(portal.format_number('sip:mette@example.com'), 'sip:mette@example.com');
    });
});

describe('facts', () => {
    const legs = [{ channel: 'right' }, { channel: 'left' }];
    const fact = (start_ms, end_ms, leg, cause) => ({ start_ms, end_ms, leg, cause, count: 0 });

    it('a leg is drawn on its own channel and a fact of the whole call on both', () => {
        const drawn = portal.stretches(
            [fact(0, 500, 0, 'lost'), fact(500, 1000, null, 'held')],
            legs,
            1000,
        );
        assert.deepEqual(
            drawn.map(({ lane, cause, start, length }) => [lane, cause, start, length]),
            [
                ['left', 'held', 0.5, 0.5],
                ['right', 'held', 0.5, 0.5],
                ['right', 'lost', 0, 0.5],
            ],
        );
    });

    it('what lies outside of the recording is cut', () => {
        const [drawn] = portal.stretches([fact(-100, 3000, 1, 'silent')], legs, 1000);
        assert.deepEqual([drawn.start, drawn.length], [0, 1]);
        assert.deepEqual(portal.stretches([fact(0, 1, 0, 'lost')], legs, 0), []);
    });

    it('a short loss is a mark on the edge and a long one has the height of the lane', () => {
        const facts = [fact(0, 5, 0, 'lost'), fact(8, 500, 0, 'lost')];
        const drawn = portal.stretches(facts, legs, 1000);
        assert.deepEqual(
            drawn.map(({ mark }) => mark),
            [true, false],
        );
    });

    it('losses too close to tell apart are drawn as one but counted each', () => {
        const many = Array.from({ length: 10_000 }, (unused, i) =>
            fact(i * 20, i * 20 + 10, 0, 'lost'),
        );
        assert.equal(portal.stretches(many, legs, 200_000).length, 1);
        assert.equal(portal.total_by_cause(many)[0].times, 10_000);
        assert.equal(portal.total_by_cause(many)[0].duration_ms, 100_000);
    });

    it('a cause that is not known is shown under its own name', () => {
        portal.language.choose('en');
        const [total] = portal.total_by_cause([fact(0, 1, 0, 'eclipse')]);
        assert.deepEqual([total.cause, total.name], ['other', 'Other: eclipse']);
    });
});

describe('peaks', () => {
    const peaks = (data, length) => ({
        channels: 2,
        sample_rate: 8000,
        samples_per_pixel: 400,
        bits: 8,
        length,
        data,
    });

    it('channels are taken apart and the greater of min and max counts', () => {
        const [left, right] = portal.lane_peaks(peaks([-64, 32, 0, 127, 0, 0, -128, 0], 2), 100);
        assert.deepEqual(left, [0.5, 0]);
        assert.deepEqual(right, [127 / 128, 1]);
    });

    it('peaks shorter than the recording leave its end flat', () => {
        const [left] = portal.lane_peaks(peaks([-128, 127, 0, 0], 1), 200);
        assert.deepEqual(left, [1, 0, 0, 0]);
    });

    it('no peaks are flat lanes', () => {
        assert.deepEqual(portal.lane_peaks(null, 1000), [
            [0, 0],
            [0, 0],
        ]);
        assert.deepEqual(portal.lane_peaks(peaks([], 0), 1000), [
            [0, 0],
            [0, 0],
        ]);
    });

    it('a quiet call is not blown up to full height', () => {
        assert.equal(portal.loudest([[0.01], [0.02]]), 0.2);
        assert.equal(portal.loudest([[0.5], [0.75]]), 0.75);
    });

    it('ten hours are few enough points to draw', () => {
        const length = 720_000;
        const [left, right] = portal.lane_peaks(
            peaks(new Array(length * 4).fill(9), length),
            36_000_000,
        );
        assert.ok(left.length <= 2400 && right.length === left.length);
        assert.ok(left.every((height) => height > 0));
    });
});

describe('problems', () => {
    it('each says something a person can act on', () => {
        portal.language.choose('en');
        const said = (status, type, wait) =>
            portal.explain(new portal.ApiProblem(status, type, '', wait));
        assert.match(said(0), /does not answer/);
        assert.match(plain(said(429, '/problems/too-many-attempts', 8)), /in 8 seconds/);
        assert.match(said(500, '/problems/recording-damaged'), /damaged/);
        assert.match(said(410, '/problems/recording-key-gone'), /destroyed/);
        assert.match(said(500, '/problems/internal'), /went wrong/);
        assert.match(said(418), /did not understand/);
    });
});
