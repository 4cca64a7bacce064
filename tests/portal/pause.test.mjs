/*
 * Pausing and resuming the recording of a call that is going on, against the mock server: what the
 * page says is what was confirmed, whatever was asked.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { axe, launch, open_page, overflow_px, picture, sign_in } from './browser.mjs';
import { CUSTOMER, PIN, start_mock } from './mock_server.mjs';

const EXPECTED = [401, 404, 409, 504];
const KEPT = 'Both sides are being recorded.';
const PAUSED = 'The recording is paused: nothing that is said is kept.';

let browser;
let server;
let call;
before(async () => {
    [browser, server] = await Promise.all([launch(), start_mock()]);
    call = server.mock.data.recordings.find(({ kind }) => kind === 'recording');
});
after(async () => {
    await browser?.close();
    await server?.close();
});
afterEach(() => {
    Object.assign(call, { paused: 'nobody', state: 'recording' });
    server.mock.recorder = () => null;
});

async function with_call(use, options = {}, allowed = EXPECTED) {
    const { context, page, unwelcome } = await open_page(browser, server.url, options, allowed);
    try {
        await page.goto(server.url);
        await sign_in(page, CUSTOMER, PIN);
        await page.locator(`a.call[data-id="${call.id}"]`).click();
        await page.locator('recorder-pause').waitFor();
        await use(page);
        assert.deepEqual(unwelcome, []);
    } finally {
        await context.close();
    }
}

const status = (page, words) => page.getByRole('status').filter({ hasText: words });
const pause_button = (page) => page.getByRole('button', { name: 'Pause the recording' });
const resume_button = (page) => page.getByRole('button', { name: 'Resume the recording' });

/* A recorder that answers when the test says so. */
function held_recorder() {
    const asked = [];
    let release;
    const answered = new Promise((resolve) => {
        release = resolve;
    });
    server.mock.recorder = async (control) => {
        asked.push(control);
        return answered;
    };
    return { asked, release };
}

it('a pause is shown when it is confirmed and not before, by keyboard alone', async () => {
    await with_call(async (page) => {
        const { asked, release } = held_recorder();
        await status(page, KEPT).waitFor();
        await page.getByLabel('Reason').focus();
        await page.keyboard.type('card number');
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Pausing…' }).waitFor();
        await page.waitForTimeout(200);
        assert.equal(await status(page, KEPT).count(), 1);
        assert.equal(await page.getByText(PAUSED).count(), 0);
        release(null);
        await status(page, PAUSED).waitFor();
        assert.equal(asked.length, 1);
        assert.equal(asked[0].reason, 'card number');
        assert.equal(asked[0].leg, null);
        await picture(page, 'pause-paused');
        assert.deepEqual(await axe(page), []);
        await page.keyboard.press('Tab'); /* whose voice */
        await page.keyboard.press('Tab'); /* pause */
        await page.keyboard.press('Tab'); /* resume */
        await page.keyboard.press('Enter');
        await status(page, KEPT).waitFor();
        assert.equal(await resume_button(page).getAttribute('aria-disabled'), 'true');
        assert.equal(await page.locator('recorder-pause button:focus').count(), 1);
        await picture(page, 'pause-resumed');
        assert.deepEqual(await axe(page), []);
    });
});

it('one side alone can be paused', async () => {
    await with_call(async (page) => {
        await page.getByLabel('Reason').fill('address');
        await page.getByLabel('Whose voice').selectOption('called');
        await pause_button(page).click();
        await status(page, 'The called side is paused: what they say is not kept.').waitFor();
        assert.equal(call.paused, 'called');
    });
});

it('a pause without a reason is not asked for', async () => {
    await with_call(async (page) => {
        let asked = 0;
        server.mock.recorder = () => {
            asked += 1;
            return null;
        };
        await page.getByLabel('Reason').fill('   ');
        await pause_button(page).click();
        await page.getByText('Say why the recording is to be paused.').waitFor();
        assert.equal(await page.locator('#reason:focus').getAttribute('aria-invalid'), 'true');
        assert.equal(asked, 0);
        assert.deepEqual(await axe(page), []);
    });
});

it('a reason of more letters than there is room for is cut between two letters', async () => {
    await with_call(async (page) => {
        const { asked, release } = held_recorder();
        release(null);
        await page.getByLabel('Reason').fill('æ'.repeat(100));
        await pause_button(page).click();
        await status(page, PAUSED).waitFor();
        assert.equal(asked[0].reason, 'æ'.repeat(63));
    });
});

it('what was not done is told and the state stays what it was', async () => {
    const cases = [
        [504, 'not-taken', 'The recorder did not take it, and nothing was changed.'],
        [504, 'not-confirmed', 'The recorder has not confirmed it. It may yet take effect.'],
    ];
    for (const [code, name, words] of cases) {
        await with_call(async (page) => {
            server.mock.recorder = () => ({ status: code, name });
            await page.getByLabel('Reason').fill('card number');
            await pause_button(page).click();
            await page.getByRole('alert').filter({ hasText: words }).waitFor();
            await status(page, KEPT).waitFor();
            await picture(page, `pause-${name}`);
            assert.deepEqual(await axe(page), []);
        });
    }
});

it('a pause that ends by itself is seen', async () => {
    call.paused = 'both';
    await with_call(async (page) => {
        await status(page, PAUSED).waitFor();
        call.paused = 'nobody';
        await status(page, KEPT).waitFor();
    });
});

it('where the recorder does not answer nothing is known', async () => {
    call.paused = 'both';
    await with_call(
        async (page) => {
            await status(page, PAUSED).waitFor();
            await page.route('**/api/**', (route) => route.fulfill({ status: 503, body: '' }));
            await status(page, 'Whether the recording is paused is not known').waitFor();
            await picture(page, 'pause-unknown');
            assert.deepEqual(await axe(page), []);
        },
        {},
        [...EXPECTED, 503],
    );
});

it('a call that ended meanwhile is shown as one that is over', async () => {
    await with_call(async (page) => {
        server.mock.recorder = () => {
            Object.assign(call, { state: 'failed', paused: null });
            return { status: 409, name: 'recording-not-in-progress' };
        };
        await page.getByLabel('Reason').fill('card number');
        await pause_button(page).click();
        await page.getByText('there is nothing to play').waitFor();
        assert.equal(await page.locator('recorder-pause').count(), 0);
    });
});

it('it fits a narrow dark screen in danish', async () => {
    const options = {
        locale: 'da-DK',
        colorScheme: 'dark',
        viewport: { width: 360, height: 740 },
    };
    await with_call(async (page) => {
        await page.getByLabel('Begrundelse').fill('kortnummer');
        await page.getByRole('button', { name: 'Sæt optagelsen på pause' }).click();
        await status(page, 'Optagelsen er på pause').waitFor();
        assert.equal(await overflow_px(page), 0);
        await picture(page, 'pause-360-dark', true);
        assert.deepEqual(await axe(page), []);
    }, options);
});
