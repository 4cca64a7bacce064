/*
 * The portal in Chromium against a running recorder with at least one finished recording.
 *
 * Environment: as recorder in browser.mjs.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
    advances,
    axe,
    first_call,
    launch_for_tests,
    media,
    open_page,
    overflow_px,
    picture,
    recorder,
    sign_in,
} from './browser.mjs';

const { url: URL_BASE, customer: CUSTOMER, pin: PIN } = recorder();
const running = launch_for_tests();
const NARROW = { viewport: { width: 360, height: 740 } };
const END_TOLERANCE_S = 0.5;
const SEEK_TOLERANCE_S = 2; /* how far it may have played before it is looked at */

/* A signed-in page showing the list; closed, and checked for the unwelcome, at the end. */
async function with_list(options, use) {
    const { context, page, unwelcome } = await open_page(
        running.get(),
        URL_BASE,
        options,
        [401, 404, 429],
    );
    try {
        await page.goto(URL_BASE);
        await sign_in(page, CUSTOMER, PIN);
        await first_call(page).waitFor();
        await use(page, unwelcome, context);
        assert.deepEqual(unwelcome, []);
    } finally {
        await context.close();
    }
}

/* The same with the first whole call open. */
function with_call(options, use) {
    return with_list(options, async (page, unwelcome, context) => {
        await first_call(page).click();
        await page.locator('recorder-lanes .board').waitFor();
        await use(page, unwelcome, context);
    });
}

/* Press Tab until what has the focus, however deep in shadow roots, matches. */
async function tab_to(page, selector, presses = 80) {
    for (let i = 0; i < presses; i++) {
        await page.keyboard.press('Tab');
        const there = await page.evaluate((wanted) => {
            let element = document.activeElement;
            while (element?.shadowRoot?.activeElement) {
                element = element.shadowRoot.activeElement;
            }
            return element?.matches(wanted) ?? false;
        }, selector);
        if (there) {
            return;
        }
    }
    assert.fail(`${selector} is not reached by Tab`);
}

async function click_lane(page, part) {
    const board = page.locator('recorder-lanes .board');
    const { width, height } = await board.boundingBox();
    await board.click({ position: { x: width * part, y: height / 4 } });
}

function is_moment({ cause, start_ms, end_ms }) {
    return /^(party|codec|ssrc)_|^(deviation|dtmf)$|_dropped$/.test(cause) || start_ms === end_ms;
}

describe('signing in', () => {
    it('a wrong pin is refused in words', async () => {
        const { context, page, unwelcome } = await open_page(running.get(), URL_BASE, {}, [401, 429]);
        await page.goto(URL_BASE);
        const refused = page.getByText('The customer number or the PIN is wrong.');
        const wait = page.getByText('Too many attempts.').first();
        for (let attempt = 0; attempt < 5; attempt++) {
            await page.locator('recorder-sign-in button[aria-disabled=false]').waitFor();
            await page.locator('#customer').fill(CUSTOMER);
            await page.locator('#pin').fill(PIN === '0000' ? '1111' : '0000');
            await page.getByRole('button', { name: 'Sign in' }).click();
            await refused.or(wait).waitFor();
            if (await refused.isVisible()) {
                break; /* else wrong PINs of an earlier run are still held against us */
            }
        }
        await refused.waitFor();
        assert.equal(await page.locator('#pin').inputValue(), '');
        assert.deepEqual(unwelcome, []);
        await context.close();
    });

    it('an empty field is pointed out without asking the server', async () => {
        const { context, page } = await open_page(running.get(), URL_BASE);
        await page.goto(URL_BASE);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('Enter your customer number.').waitFor();
        await context.close();
    });

    it('signing out ends the session on the server', async () => {
        await with_list({}, async (page) => {
            await page.getByRole('button', { name: 'Sign out' }).click();
            await page.getByText('You are signed out.').waitFor();
            const status = await page.evaluate(async () => (await fetch('/api/v1/session')).status);
            assert.equal(status, 401);
            await page.reload();
            await page.locator('#customer').waitFor();
        });
    });
});

describe('listening', () => {
    it('a call in the list opens and plays', async () => {
        await with_call({}, async (page) => {
            await page.getByRole('button', { name: 'Play' }).click();
            const { to_s } = await advances(page);
            assert.ok(to_s > 0);
            const shown = await page.locator('recorder-player .total').textContent();
            const [minutes, seconds] = shown
                .replace('/', '')
                .trim()
                .split(':')
                .slice(-2)
                .map(Number);
            const { total_s } = await media(page);
            assert.ok(Math.abs(minutes * 60 + seconds - (total_s % 3600)) < 1 + END_TOLERANCE_S);
            await page.getByRole('button', { name: 'Pause' }).click();
            assert.equal((await media(page)).paused, true);
        });
    });

    it('nothing is fetched to listen to before play is pressed', async () => {
        await with_list({}, async (page) => {
            const asked = [];
            page.on('request', (request) => asked.push(request.url()));
            await first_call(page).click();
            await page.locator('recorder-lanes canvas').first().waitFor();
            await page.waitForTimeout(300);
            assert.deepEqual(
                asked.filter((url) => url.includes('/audio')),
                [],
            );
        });
    });

    it('a click in the middle seeks there and the time goes on from there', async () => {
        await with_call({}, async (page) => {
            await page.getByRole('button', { name: 'Play' }).click();
            await advances(page);
            await click_lane(page, 0.5);
            const { total_s } = await media(page);
            const { from_s, to_s } = await advances(page);
            assert.ok(Math.abs(from_s - total_s / 2) < SEEK_TOLERANCE_S, `${from_s} of ${total_s}`);
            assert.ok(to_s > from_s);
        });
    });

    it('a seek before anything is loaded is kept for play', async () => {
        await with_call({}, async (page) => {
            await click_lane(page, 0.5);
            await page.getByRole('button', { name: 'Play' }).click();
            const { from_s } = await advances(page);
            const { total_s } = await media(page);
            assert.ok(Math.abs(from_s - total_s / 2) < SEEK_TOLERANCE_S, `${from_s} of ${total_s}`);
        });
    });

    it('waveform and facts are drawn on both lanes', async () => {
        await with_call({}, async (page) => {
            /* Which part of a lane's rows has anything in it; silence has its middle row only. */
            const drawn = await page.locator('recorder-lanes .canvases canvas').evaluateAll((all) =>
                all.map((canvas) => {
                    const { width, height } = canvas;
                    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
                    const rows = new Set();
                    data.forEach((value, i) => {
                        if (i % 4 === 3 && value > 0) {
                            rows.add(Math.floor(i / 4 / width));
                        }
                    });
                    return rows.size / height;
                }),
            );
            assert.equal(drawn.length, 2);
            assert.ok(Math.min(...drawn) > 0.1, `only ${drawn} of the lanes is drawn on`);
            const id = new URL(page.url()).searchParams.get('id');
            const { facts } = await page.evaluate(
                async (asked) => (await fetch(`/api/v1/recordings/${asked}/facts`)).json(),
                id,
            );
            const kinds = (wanted) =>
                new Set(
                    facts.filter((fact) => is_moment(fact) === wanted).map(({ cause }) => cause),
                ).size;
            const lanes = page.locator('recorder-lanes');
            assert.equal((await lanes.locator('.facts .cause').count()) > 0, kinds(false) > 0);
            const drawn_moments = facts.some((fact) => is_moment(fact) && fact.cause !== 'quality');
            assert.equal((await lanes.locator('.moment').count()) > 0, drawn_moments);
            assert.equal(await page.locator('recorder-facts .legend li').count(), kinds(false));
            assert.equal(
                await page.locator('recorder-events li').count(),
                facts.filter(is_moment).length,
            );
        });
    });

    it('the download link gives a file', async () => {
        await with_call({}, async (page) => {
            const promise = page.waitForEvent('download');
            await page.getByRole('link', { name: 'Download' }).click();
            const download = await promise;
            assert.equal(await download.failure(), null);
            assert.ok(download.suggestedFilename().length > 0);
        });
    });
});

describe('the address', () => {
    it('a reload keeps the open call and the search', async () => {
        await with_list({}, async (page) => {
            const started = await page.evaluate(async () => {
                const answer = await fetch('/api/v1/recordings?limit=1');
                return (await answer.json()).recordings[0].started_at;
            });
            const day = new Date(started).toLocaleDateString('sv-SE');
            await page.locator('#to').fill(day);
            await page.getByRole('button', { name: 'Search' }).click();
            await first_call(page).click();
            await page.locator('recorder-lanes').waitFor();
            const name = await page.locator('recorder-player h2').textContent();
            await page.reload();
            await page.locator('recorder-lanes').waitFor();
            assert.equal(await page.locator('recorder-player h2').textContent(), name);
            assert.equal(await page.locator('#to').inputValue(), day);
            assert.equal(await page.locator('a.call[aria-current=true]').count(), 1);
            await page.goBack();
            await page.getByText('Choose a call').waitFor();
        });
    });

    it('an id that is not there says so in words', async () => {
        await with_list({}, async (page) => {
            await page.goto(`${URL_BASE}/?id=01234567-89ab-7def-8123-456789abcdef`);
            await page.getByText('This call is not here.').waitFor();
        });
    });

    it('a number that nobody has gives an empty list in words', async () => {
        await with_list({}, async (page) => {
            await page.locator('#number').fill('+99 00 11 22 33 44 55');
            await page.getByRole('button', { name: 'Search' }).click();
            await page.getByText('No calls found').waitFor();
            await page.getByRole('button', { name: 'Clear' }).click();
            await first_call(page).waitFor();
        });
    });

    it('a number that is no number is refused at once', async () => {
        await with_list({}, async (page) => {
            await page.locator('#number').fill('8*8*x');
            await page.getByRole('button', { name: 'Search' }).click();
            await page.getByText('A phone number has digits only').waitFor();
        });
    });
});

describe('languages', () => {
    it('a danish browser gets danish and can choose english', async () => {
        await with_list({ locale: 'da-DK' }, async (page) => {
            await page.getByRole('heading', { name: 'Opkald', level: 1 }).waitFor();
            assert.equal(await page.evaluate(() => document.documentElement.lang), 'da');
            await page.getByRole('button', { name: 'English' }).click();
            await page.getByRole('heading', { name: 'Calls', level: 1 }).waitFor();
            await page.reload();
            await page.getByRole('heading', { name: 'Calls', level: 1 }).waitFor();
            assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
        });
    });

    it('any other browser gets english', async () => {
        const { context, page } = await open_page(running.get(), URL_BASE, { locale: 'fr-FR' });
        await page.goto(URL_BASE);
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await context.close();
    });
});

describe('everybody can use it', () => {
    it('nothing scrolls sideways at 360 pixels', async () => {
        for (const locale of ['da-DK', 'en-GB']) {
            await with_list({ ...NARROW, locale }, async (page) => {
                assert.equal(await overflow_px(page), 0, 'list');
                await picture(page, `list-360-${locale.slice(0, 2)}`);
                await first_call(page).click();
                await page.locator('recorder-lanes canvas').first().waitFor();
                assert.equal(await overflow_px(page), 0, 'call');
                await picture(page, `call-360-${locale.slice(0, 2)}`, true);
                await page.locator('.close').click();
                await first_call(page).waitFor();
                await page.locator('.sign-out').click();
                await page.locator('#customer').waitFor();
                assert.equal(await overflow_px(page), 0, 'sign in');
                await picture(page, `sign-in-360-${locale.slice(0, 2)}`);
            });
        }
    });

    it('the keyboard alone does it all', async () => {
        const { context, page, unwelcome } = await open_page(
            running.get(),
            URL_BASE,
            {},
            [401, 404, 429],
        );
        await page.goto(URL_BASE);
        await page.locator('#customer:focus').waitFor();
        await page.keyboard.type(CUSTOMER);
        await page.keyboard.press('Tab');
        await page.keyboard.type(PIN);
        await page.keyboard.press('Enter');
        await first_call(page).waitFor();
        const id = await first_call(page).getAttribute('data-id');
        await tab_to(page, `a.call[data-id="${id}"]`);
        await page.keyboard.press('Enter');
        await page.locator('recorder-lanes .board').waitFor();
        await tab_to(page, '.play');
        await page.keyboard.press('Space');
        await advances(page);
        await tab_to(page, '.board');
        await page.keyboard.press('Space');
        await page.getByRole('button', { name: 'Play' }).waitFor();
        const before_s = (await media(page)).now_s;
        await page.keyboard.press('Home');
        await page.waitForTimeout(200);
        assert.ok((await media(page)).now_s < before_s);
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(200);
        const { now_s, total_s } = await media(page);
        assert.ok(Math.abs(now_s - Math.min(5, total_s)) < 0.5, `${now_s} s`);
        await page.keyboard.press('Escape');
        await page.locator(`a.call[data-id="${id}"]:focus`).waitFor();
        assert.deepEqual(unwelcome, []);
        await context.close();
    });

    for (const colorScheme of ['light', 'dark']) {
        it(`axe finds nothing wrong in ${colorScheme} colours`, async () => {
            const { context, page } = await open_page(running.get(), URL_BASE, {
                colorScheme,
                locale: 'da-DK',
            });
            await page.goto(URL_BASE);
            await page.locator('#customer').waitFor();
            await picture(page, `sign-in-${colorScheme}`);
            assert.deepEqual(await axe(page), [], 'sign in');
            await sign_in(page, CUSTOMER, PIN);
            await first_call(page).waitFor();
            await picture(page, `list-${colorScheme}`);
            assert.deepEqual(await axe(page), [], 'list');
            await first_call(page).click();
            await page.locator('recorder-lanes canvas').first().waitFor();
            await click_lane(page, 0.4);
            for (const summary of await page.locator('recorder-player summary').all()) {
                await summary.click();
            }
            await picture(page, `call-${colorScheme}`);
            assert.deepEqual(await axe(page), [], 'call');
            await context.close();
        });
    }
});
