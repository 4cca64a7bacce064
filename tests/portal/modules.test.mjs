/*
 * The portal's pure modules without a browser: searches and addresses, dates and lengths, facts
 * and peaks as they are drawn. They are bundled by the portal's own esbuild and run here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
    const names = [
        'facts',
        'lane_facts',
        'format',
        'language',
        'parties',
        'peaks',
        'problems',
        'route',
        'api',
    ];
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

/* The causes of facts that web/openapi.yaml names: stretches, and moments. */
function interface_causes() {
    const text = readFileSync(new URL('../../web/openapi.yaml', import.meta.url), 'utf8');
    const part = (from, to) => text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)));
    const names = (words) => [...words.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name);
    return {
        stretch: names(part('A stretch that is not heard:', 'A moment:')),
        moment: names(part('A moment:', 'examples:')),
    };
}

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

    it('a moment of another day has its day', () => {
        portal.language.choose('en');
        const moment = (time, other) => portal.format_moment(new Date(time), new Date(other));
        const midnight = '2026-11-22T00:00:00+01:00';
        assert.equal(moment('2026-11-22T09:05:00+01:00', midnight), '09:05');
        assert.equal(moment('2026-11-21T23:59:00+01:00', midnight), '21 Nov, 23:59');
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
    const fact = (start_ms, end_ms, leg, cause, detail = '') => ({
        start_ms,
        end_ms,
        leg,
        cause,
        count: 0,
        detail,
    });

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

    it('what is quiet, lost, filled in, withheld and undecodable is told apart in groups', () => {
        const { stretch } = interface_causes();
        const facts = [...stretch, 'eclipse'].map((cause, i) => fact(i, i + 1, 0, cause));
        const groups = portal.total_by_group(facts);
        const causes = Object.fromEntries(
            groups.map(({ group, totals }) => [group, totals.map(({ cause }) => cause)]),
        );
        assert.deepEqual(causes.quiet, ['silent']);
        assert.deepEqual(causes.withheld, ['held', 'paused', 'masked']);
        assert.deepEqual(causes.concealed, ['concealed']);
        assert.deepEqual(causes.undecodable, ['undecodable']);
        assert.deepEqual(causes.other, ['other']);
        /* nothing is left out */
        assert.equal(Object.values(causes).flat().length, facts.length);
        assert.deepEqual(
            portal.total_by_group(facts.slice(0, 1)).map(({ group }) => group),
            ['lost'],
        );
    });

    it('a digit is a moment with its name, how a leg was received is none', () => {
        const drawn = portal.moments(
            [fact(500, 620, 0, 'dtmf', '5'), fact(1000, 1000, 0, 'quality', 'R 93.2')],
            [{ channel: 'left' }],
            1000,
        );
        assert.deepEqual(drawn, [{ lane: 'left', sign: 'dtmf', at: 0.5, label: '5' }]);
    });

    it('every cause of the interface is of one kind, one not known by whether it has a length', () => {
        const { stretch, moment } = interface_causes();
        assert.ok(stretch.includes('lost') && moment.includes('deviation'));
        for (const cause of stretch) {
            assert.equal(portal.kind_of(fact(5, 5, 0, cause)), 'stretch', cause);
        }
        for (const cause of moment) {
            const kind = cause.startsWith('party_') ? 'people' : 'technical';
            assert.equal(portal.kind_of(fact(5, 9, 0, cause)), kind, cause);
        }
        assert.equal(portal.kind_of(fact(5, 9, 0, 'eclipse')), 'stretch');
        assert.equal(portal.kind_of(fact(5, 5, 0, 'eclipse')), 'technical');
    });

    it('every cause of the interface has words of its own in either language', () => {
        const { stretch, moment } = interface_causes();
        for (const code of ['en', 'da']) {
            portal.language.choose(code);
            const words = [
                ...stretch.map((cause) => portal.cause_text(fact(0, 9, 0, cause))),
                ...moment.map((cause) => portal.event_text(fact(0, 0, 0, cause), 'Anna')),
            ];
            assert.equal(new Set(words).size, stretch.length + moment.length, words.join());
            const unnamed = portal.cause_text(fact(0, 9, 0, 'eclipse')).replace('eclipse', '');
            assert.deepEqual(
                words.filter((word) => word.startsWith(unnamed)),
                [],
            );
        }
    });

    it('who came and who left is told by name, and without one as somebody', () => {
        portal.language.choose('en');
        const told = (cause, detail) => {
            const one = fact(0, 0, 0, cause, detail);
            return portal.event_text(one, portal.person_of(one));
        };
        assert.equal(told('party_joined', 'Anna Holm <+4588303080>'), 'Anna Holm joined');
        assert.equal(told('party_left', '+4588303080'), '+4588303080 left');
        assert.equal(told('party_left', ''), 'Somebody left');
        assert.equal(told('party_joined', '$& {who} <1>'), '$& {who} joined');
    });

    it('a moment is a mark on its lane and one of the whole call is on both', () => {
        const drawn = portal.moments(
            [
                fact(900, 900, null, 'deviation', 'x'),
                fact(100, 100, 0, 'party_joined', 'Anna <1>'),
                fact(500, 500, 1, 'codec_change', 'PCMA -> G722'),
                fact(300, 400, 1, 'lost'),
            ],
            legs,
            1000,
        );
        assert.deepEqual(
            drawn.map(({ lane, sign, at, label }) => [lane, sign, at, label]),
            [
                ['right', 'party_joined', 0.1, 'Anna'],
                ['left', 'codec_change', 0.5, 'PCMA → G722'],
                ['both', 'deviation', 0.9, ''],
            ],
        );
        assert.deepEqual(portal.moments([fact(0, 0, 0, 'deviation')], legs, 0), []);
        const [lost, ...rest] = portal.stretches(
            [fact(300, 400, 1, 'lost'), fact(1, 1, 0, 'party_left')],
            legs,
            1000,
        );
        assert.deepEqual([lost.cause, rest], ['lost', []]);
    });

    it('flags never overlap and people come before technical notes', () => {
        const crowd = [
            ...Array.from({ length: 40 }, (unused, i) =>
                fact(i * 25, i * 25, 1, 'codec_change', 'A -> B'),
            ),
            fact(500, 500, 1, 'party_joined', 'Anna Holm <1>'),
            fact(995, 995, 1, 'party_left', 'Karen Lund <2>'),
        ];
        const drawn = portal.moments(crowd, legs, 1000);
        const placed = portal.flags(drawn, 600);
        const people = placed.filter(({ moment }) => moment.sign.startsWith('party'));
        assert.deepEqual(
            people.map(({ moment, row, words }) => [moment.label, row, words]),
            [
                ['Anna Holm', 0, true],
                ['Karen Lund', 0, true],
            ],
        );
        for (const [i, one] of placed.entries()) {
            const width_px = one.words ? 24 + one.moment.label.length * 7 : 24;
            assert.ok(one.left_px >= 0 && one.left_px + width_px <= 600 && one.row < 3);
            for (const other of placed.slice(i + 1)) {
                const [left, right] = one.left_px < other.left_px ? [one, other] : [other, one];
                assert.ok(left.row !== right.row || left.left_px + 24 <= right.left_px);
            }
        }
        assert.deepEqual(portal.flags(drawn, 0), []);
    });

    it('moments too close to tell apart are drawn as one without words', () => {
        const many = Array.from({ length: 1000 }, (unused, i) =>
            fact(i, i, 0, 'party_joined', `Number ${i}`),
        );
        const drawn = portal.moments(many, legs, 1000);
        assert.ok(drawn.length <= 126, `${drawn.length}`);
        assert.equal(drawn[0].label, '');
    });
});

describe('parties', () => {
    const party = (number, name = null) => ({ number, name });
    const call = (legs) => ({ caller: party('1', 'Anna'), called: party(null), legs });
    const leg = (channel, who) => ({ channel, party: who });

    it('everybody on a channel is named once', () => {
        const parties = portal.channel_parties(
            call([
                leg('left', party('1', 'Anna')),
                leg('left', party('2')),
                leg('left', party('2', 'Bo')),
                leg('left', party(null)),
                leg('left', null),
                leg('right', party('3')),
            ]),
            'left',
        );
        assert.deepEqual(parties, [party('1', 'Anna'), party('2')]);
    });

    it('a party that only its leg knows stands where the unknown one would', () => {
        assert.deepEqual(portal.channel_parties(call([leg('right', party('3'))]), 'right'), [
            party('3'),
        ]);
        assert.deepEqual(portal.channel_parties(call([]), 'right'), [party(null)]);
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
        assert.match(said(503, '/problems/master-key-replaced'), /keys of the service/);
        assert.match(said(418), /did not understand/);
    });
});
